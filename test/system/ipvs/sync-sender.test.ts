import assert from "node:assert/strict";
import { test } from "node:test";
import { macFromText } from "../../../src/kernel/frames.ts";
import { syncFrame } from "../../../src/system/ipvs/sync-sender.ts";

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
