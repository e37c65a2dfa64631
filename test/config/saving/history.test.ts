import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  fileNameOf,
  mayCatchUp,
  type PastConfig,
  pastMax,
  pastOf,
  readFileName,
  remembered,
} from "../../../src/config/saving/history.ts";

const hash = (digit: string): string => digit.repeat(64);
const entry = (number: number): PastConfig => ({
  number,
  serial: number + 5,
  hash: hash("a"),
  at: "2026-01-01T12:34:56.789Z",
});

describe("the history of configurations", () => {
  it("keeps everything about one in its file's name", () => {
    const name = fileNameOf(entry(3));
    assert.deepEqual(readFileName(name), entry(3));
    for (const at of [1, 10, 30, name.length - 1])
      assert.equal(readFileName(name.slice(0, at)), null);
    assert.equal(readFileName(`${name}.123.new`), null);
  });

  it("lists the newest first and leaves files of another kind alone", () => {
    const names = [fileNameOf(entry(2)), "notes.txt", fileNameOf(entry(10)), fileNameOf(entry(1))];
    assert.deepEqual(
      pastOf(names).map((past) => past.number),
      [10, 2, 1],
    );
  });

  it("keeps the previous ten", () => {
    let past: readonly PastConfig[] = [];
    const forgotten: number[] = [];
    for (let serial = 1; serial <= pastMax + 3; serial += 1) {
      const after = remembered(past, { serial, hash: hash("b"), at: entry(1).at });
      past = after.past;
      forgotten.push(...after.forgotten.map((each) => each.number));
    }
    assert.equal(past.length, 10);
    assert.deepEqual([past[0]?.serial, past.at(-1)?.serial], [13, 4]);
    assert.deepEqual(forgotten, [1, 2, 3]);
  });

  it("lets a peer catch up from a configuration of the history, and from no other", () => {
    const own = { serial: 9, hash: hash("c") };
    const past = [entry(3)];
    const peer = { serial: 8, hash: hash("a").slice(0, 32) };
    assert.equal(mayCatchUp(own, peer, past), true);
    assert.equal(mayCatchUp(own, { ...peer, hash: hash("d") }, past), false, "edited by hand");
    assert.equal(mayCatchUp(own, { ...peer, serial: 9 }, past), false, "not older");
    assert.equal(mayCatchUp(own, { serial: 8, hash: own.hash.slice(0, 32) }, past), false, "same");
  });
});
