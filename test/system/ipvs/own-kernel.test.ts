/**
 * Which of the kernel's backup daemons is spoken to, and which is ended after that, against daemons
 * that are a list. That the kernel takes connections in is shown by test/lab/doors/real-flows.ts.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Connection } from "../../../src/connections/connection-list.ts";
import type { FoundSyncDaemon } from "../../../src/kernel/sync-text.ts";
import { ownKernel } from "../../../src/system/ipvs/own-kernel.ts";

const flow: Connection = {
  ...{ protocol: "udp", state: "UDP", isTemplate: false, expires: 300 },
  ...{ clientPort: 4000, virtualPort: 53, realPort: 53, mark: 9 },
  addresses: Uint8Array.of(198, 51, 100, 1, 192, 0, 2, 1, 10, 0, 0, 2),
};
const forTheMoment: FoundSyncDaemon = {
  ...{ kind: "backup", device: "lo", id: 255, datagramBytes: null, elsewhere: false },
};

function kernel(...running: FoundSyncDaemon[]) {
  const did: string[] = [];
  const door = ownKernel({
    async read() {
      did.push("read");
      return running;
    },
    async start({ device, id }) {
      did.push(`start ${device} ${id}`);
    },
    async stop(kind) {
      did.push(`stop ${kind}`);
    },
    intake: () => ({ listening: running.length > 0, waiting: 0, dropped: 0 }),
  });
  return { did, ...door };
}

test("a daemon for the moment is started and ended, also one that was left", async () => {
  const none = kernel();
  await none.send([flow]);
  assert.deepEqual(none.did, ["read", "start lo 255", "stop backup"]);
  const left = kernel(forTheMoment);
  await left.send([flow]);
  assert.deepEqual(left.did, ["read", "stop backup"]);
});

test("somebody else's stays, on the loopback device, too", async () => {
  const { send, did } = kernel({ ...forTheMoment, id: 9 });
  await send([flow]);
  assert.deepEqual(did, ["read"]);
});

test("one that hears another group or port is not spoken to", async () => {
  const { send, did } = kernel({ ...forTheMoment, elsewhere: true });
  await assert.rejects(send([flow]), /^MachineError: .* on lo hears another group or port than/);
  assert.deepEqual(did, ["read"]);
});

test("what an earlier process left is ended, where there is any", async () => {
  const left = kernel(forTheMoment);
  await left.endLeft();
  assert.deepEqual(left.did, ["read", "stop backup"]);
  const none = kernel();
  await none.endLeft();
  assert.deepEqual(none.did, [], "no program is started for nothing");
  for (const other of [{ device: "eth1" }, { id: 9 }, { elsewhere: true }]) {
    const { did, endLeft } = kernel({ ...forTheMoment, ...other });
    await endLeft();
    assert.deepEqual(did, ["read"]);
  }
});
