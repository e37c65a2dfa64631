import assert from "node:assert/strict";
import { test } from "node:test";
import { loadedEvent, onThisMachine, peerAddresses } from "../../../src/daemon/config/running.ts";
import { config, eth, primary, written } from "./machines.ts";

test("the role follows from the own addresses, and each VIP has its device", () => {
  const running = onThisMachine(written, primary, null);
  assert.ok(running !== "waiting" && "role" in running, JSON.stringify(running));
  assert.equal(running.role, "primary");
  assert.deepEqual(running.vips.map(({ prefix, device }) => `${prefix.address} ${device}`).sort(), [
    "10.11.12.10 eth1",
    "192.168.26.10 eth0",
    "192.168.26.11 eth0",
    "192.168.26.50 eth0",
  ]);
  assert.deepEqual(peerAddresses(running), ["192.168.26.8", "10.11.12.8"]);
});

test("without an own address it waits, with both routers' it is refused, and --role decides", () => {
  assert.equal(onThisMachine(written, [eth("eth0", "198.51.100.1")] as never, null), "waiting");
  const both = onThisMachine(written, [eth("eth0", "192.168.26.9", "192.168.26.8")] as never, null);
  assert.ok(both !== "waiting" && "problems" in both);
  assert.match(both.problems[0]?.message ?? "", /addresses of the primary and of the backup/);
  const forced = onThisMachine(written, primary, "backup");
  assert.equal(forced !== "waiting" && "role" in forced && forced.role, "backup");
});

test("a loaded configuration is reported with its size", () => {
  const { text } = loadedEvent(config) as { text: string };
  assert.equal(text, "serial 3, 2 virtual servers, 3 real servers");
});
