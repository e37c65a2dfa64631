/**
 * Runs inside the lab, as root, on its one processor. What is sent on eth5 arrives at eth4, where
 * the kernel's backup daemon listens.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import type { Connection } from "../../../src/connections/connection-list.ts";
import { syncMessages } from "../../../src/connections/sync-message.ts";
import { claimAfterIntake } from "../../../src/daemon/failover/claim-after-intake.ts";
import type { SyncDaemon } from "../../../src/kernel/sync-text.ts";
import { usualSyncTarget } from "../../../src/model/sync-target.ts";
import { openSyncDaemons } from "../../../src/system/ipvs/sync-daemon.ts";
import { openSyncSender } from "../../../src/system/ipvs/sync-sender.ts";
import { eventually } from "../../system/scripts.ts";
import { inRealTime } from "./in-real-time.ts";

const daemons = openSyncDaemons();
const sender = openSyncSender();
const backup: SyncDaemon = {
  kind: "backup",
  device: "eth4",
  id: 9,
  datagramBytes: null,
  ...usualSyncTarget,
};
const takenIn = (): boolean => daemons.intake().waiting === 0;

before(async () => {
  for (const line of [
    "link add eth4 type veth peer name eth5",
    "link set eth4 up",
    "link set eth5 up",
    "addr add 10.7.0.1/24 dev eth4",
  ])
    execFileSync("ip", line.split(" "));
  await daemons.start(backup);
});

after(async () => {
  await daemons.stop("backup");
  sender.close();
});

/** Connections of 203.0.113.1 from these ports on. */
const connections = (firstPort: number): Connection[] =>
  Array.from({ length: 20 }, (_, index) => ({
    protocol: "tcp",
    state: "ESTABLISHED",
    isTemplate: false,
    expires: 900,
    addresses: Uint8Array.of(203, 0, 113, 1, 192, 0, 2, 10, 192, 0, 2, 20),
    clientPort: firstPort + index,
    virtualPort: 80,
    realPort: 80,
  }));

const known = (): number =>
  readFileSync("/proc/net/ip_vs_conn", "utf8").match(/^TCP CB007101 /gm)?.length ?? 0;

function tell(some: readonly Connection[]): void {
  const index = Number(readFileSync("/sys/class/net/eth5/ifindex", "utf8"));
  const link = { name: "eth5", index, mac: "02:00:00:00:00:05" };
  for (const datagram of syncMessages(some, backup.id))
    sender.send({ link, ...usualSyncTarget }, datagram);
}

test("connections that are sent to a loop in real time are not known yet, and it waits for them", async () => {
  tell(connections(1000));
  await eventually("the backup listens", () => known() === 20);
  const seen = await inRealTime(async () => {
    tell(connections(2000));
    const inPieces = { known: known(), takenIn: takenIn() };
    const claimed = Promise.withResolvers<number>();
    await claimAfterIntake({ takenIn }, async () => {
      claimed.resolve(known());
      return { ok: true };
    });
    return { inPieces, atClaim: await claimed.promise };
  });
  assert.deepEqual(seen, { inPieces: { known: 20, takenIn: false }, atClaim: 40 });
});
