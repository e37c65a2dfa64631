import assert from "node:assert/strict";
import { test } from "node:test";
import { type Refusal, refuses, where } from "./spoiled.ts";
import { accepted, readText, refused } from "./texts.ts";

test("a configuration with nothing to do is refused", () => {
  const alone = "routers: { primary: { public: 192.0.2.1 } }\n";
  accepted(readText(`${alone}vips: [{ address: 192.0.2.2/24 }]\n`));
  assert.match(refused(readText(alone))[0]?.message ?? "", /nothing to do/);
});

const refusals: readonly Refusal[] = [
  [
    "dead_after below two intervals",
    "dead_after: 1s",
    "dead_after: 300ms",
    `${where(7, 15)}heartbeat.dead_after: 300ms is less than 2 x interval (250ms); use at least 500ms (one lost heartbeat must not look like a death)`,
  ],
  [
    "a warning after death",
    "warn_after: 500ms",
    "warn_after: 2s",
    `${where(8, 15)}heartbeat.warn_after: 2s is more than dead_after (1s): the peer is dead before it is late (use 250ms to 1s)`,
  ],
  [
    "a warning before the heartbeat is due",
    "warn_after: 500ms",
    "warn_after: 100ms",
    `${where(8, 15)}heartbeat.warn_after: 100ms is less than interval (250ms): every heartbeat would be late (use 250ms to 1s)`,
  ],
  [
    "two routers of one address",
    "public: 192.168.26.8",
    "public: 192.168.26.9",
    `${where(4, 21)}routers.backup.public: 192.168.26.9 is routers.primary.public as well (each path of each router has an address of its own)`,
  ],
  [
    "a path with one end",
    ", private: 10.11.12.8",
    "",
    `${where(3, 45)}routers.primary.private: routers.backup has none (give both routers one, or neither)`,
  ],
  [
    "a path between two families",
    "private: 10.11.12.8",
    "private: fd00::8",
    `${where(4, 44)}routers.backup.private: fd00::8 and the primary's 10.11.12.9 are of different families (a heartbeat path is IPv4 or IPv6)`,
  ],
  [
    "a VIP that is a router's own address",
    "address: 192.168.26.11/24",
    "address: 192.168.26.9/24",
    `${where(34, 14)}virtual_servers.dns.address: 192.168.26.9 is routers.primary.public, which stays where it is (give the VIP an address of its own)`,
  ],
  [
    "a real server that is a VIP",
    "rs1: { address: 10.11.12.1, weight",
    "rs1: { address: 192.168.26.11, weight",
    `${where(31, 23)}virtual_servers.web.real_servers.rs1.address: 192.168.26.11 is the VIP of virtual_servers.dns (give the real server's own address)`,
  ],
  [
    "a lower threshold above the upper one",
    "min: 1500",
    "min: 2500",
    `${where(32, 66)}virtual_servers.web.real_servers.rs2.connections.min: 2500 is more than max (2000) (give a \`max\` that is at least \`min\`)`,
  ],
  [
    "a lower threshold alone",
    "max: 2000, ",
    "",
    `${where(32, 55)}virtual_servers.web.real_servers.rs2.connections.min: 1500 without a max (give a \`max\` that is at least \`min\`)`,
  ],
  [
    "a flag of another scheduler",
    "scheduler: wlc",
    "scheduler: mh\n    scheduler_flags: [sh-port]",
    `${where(25, 22)}virtual_servers.web.scheduler_flags: sh-port is no flag of mh (use those that begin with mh-)`,
  ],
];

refuses(refusals);
