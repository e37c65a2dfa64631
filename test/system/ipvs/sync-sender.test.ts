import assert from "node:assert/strict";
import { test } from "node:test";
import { macFromText } from "../../../src/kernel/frames.ts";
import { syncFrame } from "../../../src/system/ipvs/sync-sender.ts";
import { address } from "../../table/tables.ts";

test("a frame to the daemons' group, byte by byte", () => {
  const frame = syncFrame(macFromText("02:00:00:00:02:01"), Uint8Array.from([0xaa, 0xbb]));
  assert.equal(
    Buffer.from(frame).toString("hex"),
    // group, sender, IPv4
    "01005e000051" +
      "020000000201" +
      "0800" +
      // 30 bytes in all, do not fragment, one hop, UDP, checksum, from nobody to 224.0.0.81
      "4500001e" +
      "00004000" +
      "0111997e" +
      "00000000" +
      "e0000051" +
      // from and to port 8848, ten bytes, no checksum
      "22902290" +
      "000a0000" +
      "aabb",
  );
});

test("another group, port and distance", () => {
  const target = { group: address("239.129.2.3"), port: 8849, ttl: 2 };
  const frame = syncFrame(macFromText("02:00:00:00:02:01"), Uint8Array.from([0xaa]), target);
  const bytes = Buffer.from(frame);
  assert.equal(bytes.toString("hex", 0, 6), "01005e010203", "the low 23 bits of the group");
  assert.equal(bytes.readUInt8(22), 2);
  assert.equal(bytes.toString("hex", 30, 34), "ef810203");
  assert.deepEqual([bytes.readUInt16BE(34), bytes.readUInt16BE(36)], [8849, 8849]);
});
