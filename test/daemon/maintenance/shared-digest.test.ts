import assert from "node:assert/strict";
import { test } from "node:test";
import { SharedDigest } from "../../../src/daemon/maintenance/shared-digest.ts";
import type { Message } from "../../../src/heartbeat/message.ts";
import { digestBytesMax } from "../../../src/heartbeat/wire.ts";

const bytes = (...values: readonly number[]) => Uint8Array.from(values);

test("orders come first, and health has the room that they leave", () => {
  const rooms: number[] = [];
  const digest = (section: Uint8Array) => {
    const shared = new SharedDigest(
      { section: () => section, heard: () => bytes() },
      {
        digest: (room = 0) => {
          rooms.push(room);
          return bytes(9);
        },
        heard: () => {},
      },
    );
    return [...shared.digest()];
  };
  assert.deepEqual(digest(bytes()), [9]);
  assert.deepEqual(digest(bytes(1, 2)), [1, 2, 9]);
  assert.deepEqual(rooms, [digestBytesMax, digestBytesMax - 2]);
});

test("health hears what orders leave of a message", () => {
  const heard: number[][] = [];
  const shared = new SharedDigest(
    { section: () => bytes(), heard: (digest) => digest.subarray(2) },
    { digest: () => bytes(), heard: (message) => void heard.push([...message.digest]) },
  );
  shared.heard({ digest: bytes(1, 2, 3) } as unknown as Message);
  assert.deepEqual(heard, [[3]]);
});
