import assert from "node:assert/strict";
import { test } from "node:test";
import type { Config } from "../../src/config/config.ts";
import { restoreLine } from "../../src/kernel/ipvs-text.ts";
import { nftRule } from "../../src/kernel/nft-text.ts";
import { describeRules } from "../../src/table/describe.ts";
import { desiredTable } from "../../src/table/desired.ts";
import { describeRule, packetRules } from "../../src/table/packet-filter.ts";
import { planChanges } from "../../src/table/plan.ts";
import { accepted, readText } from "../config/texts.ts";
import { everyRule } from "./every-rule.ts";

const config = accepted(readText(everyRule));

test("each packet of a service gets its mark, and what real servers open gets its source", () => {
  assert.deepEqual(packetRules(config).map(nftRule), [
    "ip daddr 192.0.2.4 tcp dport { 20-21, 30000-30010 } meta mark set 0x00000015",
    "ip daddr { 192.0.2.2, 192.0.2.3 } tcp dport { 80, 443, 10000-20000 } meta mark set 0x00000050",
    "ip daddr { 192.0.2.2, 192.0.2.3 } udp dport 53 meta mark set 0x00000050",
    "ip6 daddr 2001:db8::2 tcp dport { 80, 443, 10000-20000 } meta mark set 0x00000050",
    "ip6 daddr 2001:db8::2 udp dport 53 meta mark set 0x00000050",
    "ip saddr { 10.0.0.1, 10.0.0.2 } tcp sport 20 snat ip to 192.0.2.4",
    "ip saddr 10.0.0.0/24 ip daddr != 10.0.0.0/24 snat ip to 192.0.2.3",
  ]);
});

test("FTP's data port is marked where a real server answers the client itself", () => {
  const text = (forwarding: string): string =>
    `routers: { primary: { public: 192.0.2.8 } }
virtual_servers:
  files:
    { address: 192.0.2.4/24, fwmark: 7, ftp: { passive_ports: 30000-30010 }, forwarding: ${forwarding}, real_servers: { a: { address: 192.0.2.21 } } }
`;
  const ports = (forwarding: string): string | undefined =>
    packetRules(accepted(readText(text(forwarding))))
      .map(nftRule)[0]
      ?.split("dport ")[1];
  assert.equal(ports("nat"), "{ 21, 30000-30010 } meta mark set 0x00000007");
  for (const forwarding of ["direct", "tunnel"])
    assert.equal(ports(forwarding), "{ 20-21, 30000-30010 } meta mark set 0x00000007");
});

test("people read the same of each rule", () => {
  assert.deepEqual(packetRules(config).slice(4).map(describeRule), [
    "udp 2001:db8::2 port 53: mark 80",
    "from 10.0.0.1, 10.0.0.2 tcp port 20: source 192.0.2.4",
    "from 10.0.0.0/24: source 192.0.2.3",
  ]);
});

test("with marks: external nothing is marked; sources stay lvsd's", () => {
  const theirs: Config = { ...config, marks: "external" };
  assert.deepEqual(
    packetRules(theirs).map(({ kind }) => kind),
    ["source", "source"],
  );
  assert.deepEqual(packetRules({ ...theirs, masquerade: true }).at(-1), {
    kind: "source",
    family: 4,
    port: null,
    source: null,
    from: { address: "10.0.0.0", length: 24 },
    except: { address: "10.0.0.0", length: 24 },
  });
});

test("IPVS has a service of each family, with the real servers of that family", () => {
  const health = { get: () => ({ state: "up", tableWeight: 1 }) as const };
  const table = desiredTable(config, health);
  assert.deepEqual(planChanges(new Map(), table, new Set()).changes.map(restoreLine), [
    "-A -f 21 -s wlc -p 300",
    "-a -f 21 -r 10.0.0.1:0 -m -w 1",
    "-a -f 21 -r 10.0.0.2:0 -m -w 1",
    "-a -f 21 -r 10.9.0.1:0 -i -w 1",
    "-A -f 80 -s wlc -p 300 -M 255.255.255.0",
    "-a -f 80 -r 10.0.0.1:0 -m -w 1",
    "-a -f 80 -r 10.0.0.2:0 -g -w 1",
    "-A -f 80 -6 -s wlc -p 300",
    "-a -f 80 -6 -r [fd00::1]:0 -m -w 1",
  ]);
});

test("a plan says which rules come and go", () => {
  const after = packetRules({ ...config, masquerade: false });
  assert.deepEqual(describeRules(packetRules(config), after), [
    {
      area: "nft",
      action: "delete",
      subject: "from 10.0.0.0/24: source 192.0.2.3",
      text: "delete from 10.0.0.0/24: source 192.0.2.3",
    },
  ]);
});
