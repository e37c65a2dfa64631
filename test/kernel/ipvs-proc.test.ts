import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { parseProc, shapeDifference, shapeOf } from "../../src/kernel/ipvs-proc.ts";
import { parseSave } from "../../src/kernel/ipvs-text.ts";
import { isRefused } from "../../src/model/error.ts";

const fixture = (name: string): string =>
  readFileSync(new URL(`../fixtures/ipvs/${name}`, import.meta.url), "utf8");

function read(text: string) {
  const result = parseProc(text);
  assert(!isRefused(result), JSON.stringify(result));
  return result;
}

const saved = parseSave(fixture("every-kind.save"));
assert(!isRefused(saved));
const { table } = saved;

test("a table and what /proc shows of it have one shape, for every kind of service", () => {
  assert.equal(shapeDifference(shapeOf(table), read(fixture("every-kind.proc")).shape), null);
});

const drifts: readonly (readonly [string, string | RegExp, string, string])[] = [
  ["a changed weight", "Route   3 ", "Route   4 ", "missing: udp [fd00:1::1]:53 -> [fd00::1]:53"],
  ["a changed forwarding", "Masq    65535", "Route   65535", "missing: tcp 192.0.2.1:80 -> 10"],
  ["a changed scheduler", "wrr ops", "rr ops", "missing: udp 192.0.2.1:53 wrr ops"],
  [
    "lost persistence",
    "lblc  persistent 60000 FFFFFF00",
    "lblc",
    "missing: tcp 192.0.2.1:444 lblc",
  ],
  ["a lost destination", /.*0A0000FE:0050.*\n/, "", "missing: tcp 192.0.2.1:80 -> 10.0.0.254:80"],
  ["a lost service", /.*:01C5 ovf.*\n/, "", "missing: tcp 192.0.2.1:453 ovf"],
  ["a new service", "SCTP  ", "TCP  C0000202:0050 rr\nSCTP  ", "unexpected: tcp 192.0.2.2:80 rr"],
];

for (const [name, from, to, difference] of drifts) {
  test(`${name} is a difference of shape`, () => {
    const text = fixture("every-kind.proc");
    const drifted = text.replace(from, to);
    assert.notEqual(drifted, text);
    const found = shapeDifference(shapeOf(table), read(drifted).shape);
    assert(found?.startsWith(difference), String(found));
  });
}

test("connections are counted per destination", () => {
  const { counters } = read(fixture("connection.proc"));
  assert.deepEqual(counters.get("tcp 192.0.2.1:80")?.get("10.0.0.254:80"), {
    activeConnections: 1,
    inactiveConnections: 0,
  });
});

test("every destination has its counters, under the keys of the table", () => {
  const { counters } = read(fixture("every-kind.proc"));
  for (const [key, service] of table)
    for (const destination of service.destinations.keys())
      assert(counters.get(key)?.has(destination), `${key} -> ${destination}`);
});

test("an empty table has an empty shape", () => {
  assert.equal(read(fixture("empty.proc")).shape.size, 0);
});

test("text that is not the kernel's is refused", () => {
  assert.equal(read("TCP  C0000201:0050 rr  \n").shape.size, 1);
  for (const text of ["TCP  C0000201:0050", "TCP  192.0.2.1:80 rr", "XYZ  C0000201:0050 rr"])
    assert.partialDeepStrictEqual(parseProc(text), { refused: "garbled" });
  const line = "  -> 0A0000FE:0050      Masq    1      1          0         \n";
  assert.equal(read(`TCP  C0000201:0050 rr  \n${line}`).shape.size, 2);
  assert.partialDeepStrictEqual(parseProc(line), { refused: "orphan" });
});

test("random text never throws", () => {
  fc.assert(fc.property(fc.string(), (text) => void parseProc(text)));
});
