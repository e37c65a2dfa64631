/**
 * Which of the kernel's backup daemons is spoken to, and which is ended after that, against daemons
 * that are a list. That the kernel takes connections in is shown by test/lab/doors/real-flows.ts.
 */
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { test } from "node:test";
import type { Connection } from "../../../src/connections/connection-list.ts";
import type { SyncDaemon } from "../../../src/kernel/sync-text.ts";
import {
  printSyncTarget,
  type SyncTarget,
  usualSyncTarget,
} from "../../../src/model/sync-target.ts";
import { ownKernel } from "../../../src/system/ipvs/own-kernel.ts";
import { address } from "../../table/tables.ts";

const flow: Connection = {
  protocol: "udp",
  state: "UDP",
  isTemplate: false,
  expires: 300,
  clientPort: 4000,
  virtualPort: 53,
  realPort: 53,
  mark: 9,
  addresses: Uint8Array.of(198, 51, 100, 1, 192, 0, 2, 1, 10, 0, 0, 2),
};
const forTheMoment: SyncDaemon = {
  kind: "backup",
  device: "lo",
  id: 255,
  datagramBytes: null,
  ...usualSyncTarget,
};

function kernel(...running: SyncDaemon[]) {
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
    intake(target?: SyncTarget) {
      if (target?.port === 8849) did.push(`intake ${printSyncTarget(target)}`);
      return { listening: running.length > 0, waiting: 0, dropped: 0 };
    },
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

test("one that hears another group and port is spoken to there", async () => {
  const { send, did } = kernel({ ...forTheMoment, group: address("239.1.2.3"), port: 8849 });
  const socket = createSocket({ type: "udp4", reuseAddr: true });
  const heard = once(socket, "message");
  await new Promise<void>((resolve) => socket.bind(8849, "239.1.2.3", resolve));
  socket.addMembership("239.1.2.3", "127.0.0.1");
  await send([flow]);
  const [datagram] = (await heard) as [Buffer];
  socket.close();
  assert.equal(datagram[1], 255, "the synchronisation's id");
  assert.deepEqual(did, ["read", "intake 239.1.2.3 port 8849"]);
});

test("one that hears a group of IPv6 is not spoken to", async () => {
  const { send, did } = kernel({ ...forTheMoment, group: address("ff02::81") });
  await assert.rejects(send([flow]), /^MachineError: .* on lo hears a group of IPv6, ff02::81: /);
  assert.deepEqual(did, ["read"]);
});

test("what an earlier process left is ended, where there is any", async () => {
  const left = kernel(forTheMoment);
  await left.endLeft();
  assert.deepEqual(left.did, ["read", "stop backup"]);
  const none = kernel();
  await none.endLeft();
  assert.deepEqual(none.did, [], "no program is started for nothing");
  for (const other of [{ device: "eth1" }, { id: 9 }, { port: 8850 }]) {
    const { did, endLeft } = kernel({ ...forTheMoment, ...other });
    await endLeft();
    assert.deepEqual(did, ["read"]);
  }
});
