/** What a drain needs to know of the kernel, where the virtual server's traffic says it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { VirtualServer } from "../../../src/config/config.ts";
import { drainLook } from "../../../src/daemon/maintenance/drain-look.ts";
import { seconds } from "../../../src/model/time.ts";
import { realServer, virtualServer } from "../../table/configs.ts";
import { address } from "../../table/tables.ts";

const timeouts = { tcp: seconds(900), tcpFin: seconds(120), udp: seconds(60) };
const look = (changes: Partial<VirtualServer>, of: typeof timeouts | null = timeouts) =>
  drainLook(
    { virtualServer: virtualServer("web", changes), realServer: realServer("rs1") },
    { table: new Map(), counters: new Map() },
    of,
  ).udpTimeout;

const mark = (...protocols: ("tcp" | "udp")[]): Partial<VirtualServer> => ({
  mark: {
    fwmark: 7,
    families: [4],
    addresses: [address("192.0.2.1")],
    traffic: protocols.map((protocol) => ({ protocol, from: 53, to: 53 })),
  },
});

test("entries of UDP have the configured time-out, or the kernel's 300 s", () => {
  assert.equal(look({ protocol: "udp" }), 60_000);
  assert.equal(look({ protocol: "udp" }, null), 300_000);
  assert.equal(look({ protocol: "tcp" }), null);
});

test("behind a firewall mark the traffic says whether there is UDP alone", () => {
  assert.equal(look(mark("udp", "udp")), 60_000);
  assert.equal(look(mark("tcp", "udp")), null, "its place is TCP's, too");
  assert.equal(look(mark("tcp")), null);
  assert.equal(look({ ...mark(), protocol: "udp" }), 60_000);
});
