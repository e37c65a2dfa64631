import assert from "node:assert/strict";
import { test } from "node:test";
import { frame } from "../../../src/cli/report/frame.ts";

const size = { columns: 5, rows: 3 };

test("the first frame, and one of another size, draw everything", () => {
  const whole = "\x1b[2J\x1b[1;1Hone\x1b[K\x1b[3;1Hthree";
  const lines = ["one", "", "three"];
  assert.equal(frame(null, { ...size, lines }), whole);
  assert.equal(frame({ columns: 6, rows: 3, lines }, { ...size, lines }), whole);
});

test("later only lines that changed are written, and nothing where none did", () => {
  const before = { ...size, lines: ["one", "two", "three"] };
  assert.equal(frame(before, { ...size, lines: ["one", "2", "three"] }), "\x1b[2;1H2\x1b[K");
  assert.equal(frame(before, { ...size, lines: ["one"] }), "\x1b[2;1H\x1b[K\x1b[3;1H\x1b[K");
  assert.equal(frame(before, before), "");
});

test("a line that fills its row keeps its last character, colours or not", () => {
  const before = { ...size, lines: ["one", "two", "three"] };
  const lines = ["12345", "\x1b[32mabcde\x1b[39m", "three"];
  assert.equal(frame(before, { ...size, lines }), "\x1b[1;1H12345\x1b[2;1H\x1b[32mabcde\x1b[39m");
});
