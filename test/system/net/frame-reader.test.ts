import assert from "node:assert/strict";
import { test } from "node:test";
import { FrameReader, framed } from "../../../src/system/net/frame-reader.ts";

const texts = (frames: readonly Uint8Array[] | "too-large") =>
  frames === "too-large" ? frames : frames.map((frame) => Buffer.from(frame).toString());

test("frames come out as they went in, however the stream is cut", () => {
  const sent = ["one", "", "three", "x".repeat(300)];
  const stream = Buffer.concat(sent.map((text) => framed(Buffer.from(text))));
  for (const size of [1, 2, 3, 7, 100, stream.length]) {
    const reader = new FrameReader(300);
    const heard: string[] = [];
    for (let at = 0; at < stream.length; at += size)
      heard.push(...texts(reader.push(stream.subarray(at, at + size))));
    assert.deepEqual(heard, sent, `${size} bytes at a time`);
  }
});

test("a frame beyond the bound is refused by its length alone, the first as well as a later one", () => {
  assert.equal(new FrameReader(3).push(framed(Buffer.from("four")).subarray(0, 4)), "too-large");
  const both = Buffer.concat([framed(Buffer.from("a")), framed(Buffer.from("four"))]);
  assert.equal(new FrameReader(3).push(both), "too-large");
});
