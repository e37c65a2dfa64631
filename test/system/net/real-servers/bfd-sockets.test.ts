/** The kernel's filter for packets of BFD, run by the letter of bpf(4). Sockets: test/lab/checks/bfd.test.ts. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { addressBytes, family, type IpAddress } from "../../../../src/model/address.ts";
import { attachFilter, close, type FilterStep, socket } from "../../../../src/system/libc.ts";
import { bfdFilter, looseBfdFilter } from "../../../../src/system/net/real-servers/bfd-sockets.ts";
import { addressFamilies, socketDatagram } from "../../../../src/system/socket-kinds.ts";
import { address } from "../../../table/tables.ts";

const network = 0xfff00000;

interface Packet {
  readonly from: string;
  readonly ttl: number;
  /** UDP with its header. */
  readonly length: number;
}

function header({ from, ttl }: Packet): DataView {
  const source = address(from) as IpAddress;
  const bytes = new Uint8Array(40);
  bytes.set(addressBytes(source), family(source) === 4 ? 12 : 8);
  bytes[family(source) === 4 ? 8 : 7] = ttl;
  return new DataView(bytes.buffer);
}

/** How many bytes of the packet the filter lets through. */
function run(steps: readonly FilterStep[], packet: Packet): number {
  const ip = header(packet);
  let held = 0;
  for (let at = 0; at < steps.length; at += 1) {
    const { code, k, jt, jf } = steps[at] ?? assert.fail("it runs out of the filter");
    if (code === 0x06) return k;
    else if (code === 0x80) held = packet.length;
    else if (code === 0x30) held = ip.getUint8(k - network);
    else if (code === 0x20) held = ip.getUint32(k - network);
    else if (code === 0x15) at += held === k ? jt : jf;
    else if (code === 0x35) at += held >= k ? jt : jf;
    else assert.fail(`code ${code}`);
  }
  return assert.fail("a filter ends with an answer");
}

describe("the filter", () => {
  for (const [of, known, beyond] of [
    [4, "10.0.0.1", "10.0.1.7"],
    [6, "fd00::1", "fd00::7:1:2:3"],
  ] as const)
    it(`lets in whom it expects, near enough, over IPv${of}`, () => {
      const steps = bfdFilter(of, [
        { address: address(known), ttlMin: 255 },
        { address: address(beyond), ttlMin: 253 },
      ]);
      const lets = (from: string, ttl: number, length = 32): boolean =>
        run(steps, { from, ttl, length }) >= 32;
      assert.ok(lets(known, 255));
      assert.ok(!lets(known, 254), "it came over a router");
      assert.ok(lets(beyond, 253));
      assert.ok(!lets(beyond, 252));
      assert.ok(!lets(known, 255, 31), "it is too short");
      const strangers =
        of === 4 ? ["10.0.0.2", "10.0.1.1"] : ["fd00::2", "fd01::1", "fd00::7:1:2:4"];
      for (const each of strangers) assert.ok(!lets(each, 255), each);
    });

  it("lets in nobody where nobody is expected", () => {
    assert.equal(run(bfdFilter(4, []), { from: "10.0.0.1", ttl: 255, length: 32 }), 0);
  });

  it("looks at the TTL alone where there are more addresses than the kernel takes", () => {
    const peers = Array.from({ length: 1000 }, (_, at) => {
      return { address: address(`10.0.${at >> 8}.${at & 255}`), ttlMin: at === 7 ? 250 : 255 };
    });
    const steps = bfdFilter(4, peers);
    assert.ok(steps.length < 4096);
    assert.ok(run(steps, { from: "192.0.2.1", ttl: 250, length: 32 }) > 0);
    assert.equal(run(steps, { from: "10.0.0.1", ttl: 249, length: 32 }), 0);
  });

  it("is one that the kernel takes, or the loose one is, whatever room it has for filters", (t) => {
    const fd = socket(addressFamilies[6], socketDatagram, 0);
    assert.ok(fd >= 0);
    t.after(() => close(fd));
    for (const count of [1, 30, 300]) {
      const peers = Array.from({ length: count }, (_, at) => {
        return { address: address(`fd00::${(at + 1).toString(16)}`), ttlMin: 255 };
      });
      const isTaken = attachFilter(fd, bfdFilter(6, peers)) === 0;
      assert.ok(isTaken || count > 1, "one address has room");
      assert.equal(attachFilter(fd, looseBfdFilter(6, peers)), 0);
    }
  });
});
