import assert from "node:assert/strict";
import { test } from "node:test";
import type { SyncPlace } from "../../../src/daemon/connections/connection-sync.ts";
import { letGo } from "../../../src/daemon/failover/letting-go.ts";
import type { Grant } from "../../../src/failover/router.ts";
import type { BootId, HandOverCause } from "../../../src/heartbeat/message.ts";
import { usualSyncTarget } from "../../../src/model/sync-target.ts";
import { instant } from "../../../src/model/time.ts";

const grantOf = (cause: HandOverCause): Grant => ({
  boot: "1111111111111111" as BootId,
  id: 1,
  cause,
  since: instant(0),
  word: "releasing",
});

/** What was done, in order, when the VIPs were let go under this promise to the peer. */
async function doneFor(grant: Grant | null, place: SyncPlace | null = null): Promise<string[]> {
  const done: string[] = [];
  const outcome = await letGo({
    engine: { router: { grant } },
    services: {
      async standDown() {
        done.push("services stopped");
      },
    },
    connectionSync: { place: () => place },
    handOver: {
      around(_place, release) {
        done.push("connections told");
        return release();
      },
    },
    vips: {
      async release() {
        done.push("VIPs released");
        return { ok: true };
      },
    },
  });
  assert.deepEqual(outcome, { ok: true });
  return done;
}

for (const cause of ["switchover", "failback", "stop"] as const)
  test(`a planned change (${cause}) waits for the services`, async () => {
    assert.deepEqual(await doneFor(grantOf(cause)), ["services stopped", "VIPs released"]);
  });

test("what has happened already waits for nothing", async () => {
  assert.deepEqual(await doneFor(grantOf("unfit")), ["VIPs released"]);
  assert.deepEqual(await doneFor(null), ["VIPs released"]);
});

test("connections are sent after the services have stopped, and only to a peer that waits", async () => {
  const place: SyncPlace = {
    link: { name: "eth1", index: 3, mac: null },
    id: 1,
    ...usualSyncTarget,
  };
  assert.deepEqual(await doneFor(grantOf("stop"), place), [
    "services stopped",
    "connections told",
    "VIPs released",
  ]);
  assert.deepEqual(await doneFor(grantOf("unfit"), place), ["connections told", "VIPs released"]);
  assert.deepEqual(await doneFor(null, place), ["VIPs released"]);
});
