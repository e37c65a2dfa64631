/** What is judged of a packet filter: heartbeats on every path, synchronisation, clients. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { droppedBy } from "../../../src/system/examination/dropped.ts";
import type { Interface } from "../../../src/system/ip/ip.ts";
import { accepted, readText } from "../../config/texts.ts";
import { address } from "../../table/tables.ts";

const config = accepted(
  readText(`
routers:
  primary: { public: 192.168.26.9, private: 10.11.12.9 }
  backup: { public: 192.168.26.8, private: 10.11.12.8 }
heartbeat: { authentication: none }
connection_sync: { device: eth1, id: 1, group: 239.1.2.3, port: 8849 }
virtual_servers:
  web:
    address: [192.168.26.10/24, "fd26::10/64"]
    device: eth0
    ports: [80, 443, 53/udp]
    persistence: {}
    real_servers: { rs1: { address: 10.11.12.1 } }
  off: { active: false, address: 192.168.26.11/24, device: eth0, port: 80 }
`),
);

const plain = { label: null, tentative: false, source: true, expires: false };
const device = (name: string, own: string): Interface => ({
  name,
  index: 1,
  mac: null,
  up: true,
  carrier: true,
  operstate: "up",
  addresses: [{ prefix: { address: address(own), length: 24 }, ...plain }],
});
const interfaces = [device("eth0", "192.168.26.9"), device("eth1", "10.11.12.9")];

const chain = (policy: string) => ({
  chain: {
    family: "inet",
    table: "filter",
    name: "input",
    type: "filter",
    hook: "input",
    prio: 0,
    policy,
  },
});
const rule = (...expr: readonly object[]) => ({
  rule: { family: "inet", table: "filter", chain: "input", expr },
});
const lets = (match: object) => rule({ match }, { accept: null });
const judged = (...listed: readonly object[]) => {
  const found = droppedBy({ nftables: listed }, { config, role: "primary" }, interfaces);
  return [...found.dropped, ...found.droppedClients].map(({ what }) => what);
};

const all = [
  "ip saddr 192.168.26.8 udp dport 539",
  "ip saddr 10.11.12.8 udp dport 539",
  "ip daddr 239.1.2.3 udp dport 8849",
  "ip daddr 192.168.26.10 tcp dport 80",
  "ip daddr 192.168.26.10 udp dport 53",
  "ip6 daddr fd26::10 tcp dport 80",
  "ip6 daddr fd26::10 udp dport 53",
];

test("all that the pair and its clients send is judged, of a mark one port of each protocol", () => {
  assert.deepEqual(judged(chain("accept")), []);
  assert.deepEqual(judged(chain("drop")), all);
});

test("each comes by its own device, the synchronisation from the peer's address there", () => {
  const by = (name: string) => lets({ op: "==", left: { meta: { key: "iifname" } }, right: name });
  assert.deepEqual(judged(chain("drop"), by("eth1")), [all[0], ...all.slice(3)]);
  assert.deepEqual(judged(chain("drop"), by("eth0")), all.slice(1, 3));
  const from = { payload: { protocol: "ip", field: "saddr" } };
  const peer = lets({ op: "==", left: from, right: "10.11.12.8" });
  // Of clients of IPv4 that one may be the only one that is meant: it is let in.
  assert.deepEqual(judged(chain("drop"), peer), [all[0], ...all.slice(5)]);
});

test("a service for some clients alone is not one whose clients are dropped", () => {
  const from = { payload: { protocol: "ip", field: "saddr" } };
  const inside = { prefix: { addr: "10.0.0.0", len: 8 } };
  const some = lets({ op: "==", left: from, right: inside });
  const clients4 = all.slice(3, 5);
  assert.ok(judged(chain("drop"), some).every((each) => !clients4.includes(each)));
  const bogon = { prefix: { addr: "192.0.2.0", len: 24 } };
  assert.deepEqual(
    judged(
      chain("accept"),
      rule({ match: { op: "==", left: from, right: bogon } }, { drop: null }),
    ),
    [],
  );
});

test("what an inline program takes, or is not tracked, may get in", () => {
  const clients = all.slice(3);
  assert.deepEqual(judged(chain("drop"), rule({ queue: { num: 0 } })), []);
  const untracked = lets({ op: "in", left: { ct: { key: "state" } }, right: "untracked" });
  assert.ok(judged(chain("drop"), untracked).every((each) => !clients.includes(each)));
});

test("only what answers is let in by connection tracking", () => {
  const right = ["established", "related"];
  const answers = lets({ op: "in", left: { ct: { key: "state" } }, right });
  assert.deepEqual(judged(chain("drop"), answers), all.slice(2));
});

test("where nothing is known of the packet filter or of the own role, less is said", () => {
  const role = "primary" as const;
  assert.deepEqual(droppedBy(null, { config, role }, interfaces), {
    dropped: [],
    droppedClients: [],
  });
  const noRole = droppedBy({ nftables: [chain("drop")] }, { config, role: null }, interfaces);
  assert.deepEqual([noRole.dropped.length, noRole.droppedClients.length], [0, 4]);
});
