import assert from "node:assert/strict";
import { test } from "node:test";
import { internetChecksum } from "../../../src/system/net/echo-socket.ts";

test("the checksum is that of RFC 1071 section 3", () => {
  const bytes = Uint8Array.of(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7);
  assert.equal(internetChecksum(bytes), ~0xddf2 & 0xffff);
});

test("a message with its checksum in it sums up to nothing", () => {
  const bytes = Uint8Array.of(8, 0, 0, 0, 1, 2, 3, 4, 250, 251);
  const sum = internetChecksum(bytes);
  bytes.set([sum >> 8, sum & 0xff], 2);
  assert.equal(internetChecksum(bytes), 0);
});
