import assert from "node:assert/strict";
import { test } from "node:test";
import { SeenLines } from "../../src/connections/seen-lines.ts";

const add = (seen: SeenLines, line: string): boolean => {
  const bytes = Buffer.from(`7A${line}7A`);
  return seen.add(bytes, 2, 2 + line.length);
};

const line = (port: number): string =>
  `TCP C0A81A32 ${port.toString(16).toUpperCase().padStart(4, "0")} C0A81A0A 0050 ESTABLISHED`;

test("a line is new once, wherever it stands and whatever stands around it", () => {
  const seen = new SeenLines();
  const bytes = Buffer.from(`${line(1)}\n${line(2)}\n${line(1)}\n`);
  const length = line(1).length;
  const news = [0, 1, 2]
    .map((index) => index * (length + 1))
    .map((from) => seen.add(bytes, from, from + length));
  assert.deepEqual(news, [true, true, false]);
  assert.equal(add(seen, line(2)), false);
  assert.equal(add(seen, line(3)), true);
});

test("lines that differ in any one byte, or in their length, are different ones", () => {
  const seen = new SeenLines();
  const text = "TCP 0050 CLOSE ";
  for (let length = 4; length <= text.length; length++) {
    const part = text.slice(0, length);
    assert.equal(add(seen, part), true, part);
    for (let at = 0; at < length; at++) {
      const other = `${part.slice(0, at)}x${part.slice(at + 1)}`;
      assert.equal(add(seen, other), true, other);
      assert.equal(add(seen, other), false, other);
    }
  }
});

test("of a hundred thousand lines none is forgotten and none is taken for another", () => {
  const seen = new SeenLines();
  const ports = Array.from({ length: 100_000 }, (_, port) => port);
  assert.equal(ports.filter((port) => add(seen, line(port))).length, ports.length);
  assert.equal(ports.filter((port) => add(seen, line(port))).length, 0);
});
