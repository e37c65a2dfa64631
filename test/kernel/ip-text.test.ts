import assert from "node:assert/strict";
import { test } from "node:test";
import {
  claimLine,
  expireLine,
  type FloatingAddress,
  readInterfacesJson,
  releaseBatch,
  removeLine,
  restoreLine,
} from "../../src/kernel/ip-text.ts";
import { parsePrefix } from "../../src/model/address.ts";
import { MachineError } from "../../src/model/error.ts";
import { ms } from "../../src/model/time.ts";

const vip = (text: string, label: string | null = null, device = "eth0"): FloatingAddress => {
  const prefix = parsePrefix(text);
  assert.ok(prefix !== null);
  return { prefix, device, label };
};

test("claims carry Piranha's alias label; no claim makes a source, a network or a probe", () => {
  const cases: [FloatingAddress, string][] = [
    [vip("192.0.2.10/24", "eth0:1"), "addr replace 192.0.2.10/32 dev eth0 scope host label eth0:1"],
    [vip("192.0.2.10/32"), "addr replace 192.0.2.10/32 dev eth0 scope host"],
    [vip("fd00::10/64"), "addr replace fd00::10/128 dev eth0 nodad preferred_lft 0"],
  ];
  for (const [address, line] of cases) assert.equal(claimLine(address), line);
});

test("what is none of ours is removed and put back as it was", () => {
  const own = vip("192.0.2.1/24", "eth0:own");
  assert.equal(removeLine(own), "addr del 192.0.2.1/24 dev eth0");
  assert.equal(restoreLine(own), "addr replace 192.0.2.1/24 dev eth0 brd + label eth0:own");
  assert.equal(restoreLine(vip("192.0.2.1/31")), "addr replace 192.0.2.1/31 dev eth0");
});

test("the file for the clean-up frees the last claimed address first", () => {
  assert.equal(
    releaseBatch([vip("192.0.2.10/24"), vip("fd00::10/64", null, "eth1.5")]),
    "addr del fd00::10/128 dev eth1.5\naddr del 192.0.2.10/32 dev eth0\n",
  );
  assert.equal(releaseBatch([]), "");
});

test("a lifetime is whole seconds, one at least", () => {
  const line = "addr change 192.0.2.10/32 dev eth0 valid_lft";
  assert.equal(expireLine(vip("192.0.2.10/24"), ms(1200)), `${line} 2 preferred_lft 2`);
  assert.equal(expireLine(vip("192.0.2.10/24"), ms(1)), `${line} 1 preferred_lft 1`);
  assert.match(expireLine(vip("fd00::1/64"), ms(1000)), /valid_lft 1 preferred_lft 0$/);
});

test("a device that is no single word never becomes a line", () => {
  assert.ok(claimLine(vip("192.0.2.10/24")));
  for (const device of ["eth0 label x", "", "eth0\naddr flush", "a-name-of-sixteen"])
    assert.throws(() => claimLine(vip("192.0.2.10/24", null, device)), /bug: a device/);
});

/** As iproute2 6.1 prints it, shortened to what is read. */
const recorded = `[{},{"ifindex":3,"ifname":"v0","link":"v1","flags":["NO-CARRIER","BROADCAST","UP","LOWER_UP"],
"operstate":"LOWERLAYERDOWN","address":"c6:f8:80:8a:2c:68","addr_info":[
{"family":"inet","local":"10.9.0.10","prefixlen":24,"label":"v0:1","scope":"host","valid_life_time":4294967295},
{"family":"inet","local":"10.9.0.11","prefixlen":24,"secondary":true,"label":"v0","valid_life_time":2},
{"family":"inet6","local":"fe80::1","prefixlen":64,"tentative":true,"preferred_life_time":0,"valid_life_time":4294967295},{}]},
{"ifindex":9,"ifname":"tun0","flags":["POINTOPOINT"],"operstate":"DOWN","link_type":"none","addr_info":[]}]`;

test("interfaces are read with carrier, addresses, labels and what makes an address no address", () => {
  const prefixed = (text: string) => parsePrefix(text);
  assert.deepEqual(readInterfacesJson(recorded), [
    {
      name: "v0",
      index: 3,
      mac: "c6:f8:80:8a:2c:68",
      up: true,
      carrier: false,
      operstate: "LOWERLAYERDOWN",
      addresses: [
        {
          prefix: prefixed("10.9.0.10/24"),
          label: "v0:1",
          tentative: false,
          expires: false,
          source: false,
        },
        {
          prefix: prefixed("10.9.0.11/24"),
          label: "v0",
          tentative: false,
          expires: true,
          source: true,
        },
        {
          prefix: prefixed("fe80::1/64"),
          label: null,
          tentative: true,
          expires: false,
          source: false,
        },
      ],
    },
    {
      name: "tun0",
      index: 9,
      mac: null,
      up: false,
      carrier: false,
      operstate: "DOWN",
      addresses: [],
    },
  ]);
  for (const text of ["", "{}", "[{", "null"])
    assert.throws(() => readInterfacesJson(text), MachineError);
});
