import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parseSave } from "../../src/kernel/ipvs-text.ts";
import { parseThresholds, savedWhole, withThresholds } from "../../src/kernel/ipvs-thresholds.ts";
import { isRefused } from "../../src/model/error.ts";

const fixture = (name: string): string =>
  readFileSync(new URL(`../fixtures/ipvs/${name}`, import.meta.url), "utf8");

const saved = parseSave(fixture("every-kind.save"));
assert(!isRefused(saved));
const { table } = saved;

function read(listing: string) {
  const known = parseThresholds(listing);
  assert(!isRefused(known), JSON.stringify(known));
  return known;
}

test("every destination of the table gets its thresholds from the listing", () => {
  const known = read(fixture("every-kind.thresholds"));
  const limited: string[] = [];
  for (const [key, service] of table) {
    const { destinations } = withThresholds(service, known.get(key) ?? null);
    for (const [name, { thresholds }] of destinations) {
      assert(thresholds !== null, `${key} -> ${name}`);
      if (thresholds.upper > 0 || thresholds.lower > 0)
        limited.push(`${key} -> ${name} ${thresholds.upper} ${thresholds.lower}`);
    }
  }
  assert.deepEqual(limited, ["tcp 192.0.2.1:80 -> 10.0.0.2:8080 2000 1500"]);
});

test("what is saved gets its thresholds, and marks that can be restored", () => {
  const text = fixture("every-kind.save");
  const whole = savedWhole(text, read(fixture("every-kind.thresholds")));
  const changed = whole.split("\n").filter((line, at) => line !== text.split("\n")[at]);
  assert.deepEqual(
    changed.filter((line) => !line.includes(" -f ")),
    ["-a -t 192.0.2.1:80 -r 10.0.0.2:8080 -m -w 65535 -x 2000 -y 1500"],
  );
  const marked = "-A -f -2 -6 -s rr\n-a -f -2 -6 -r [fd00::1]:0 -g -w 1\n";
  assert.equal(savedWhole(marked, new Map()), marked.replaceAll("-2", "4294967294"));
});

test("a destination that the listing does not have keeps its thresholds unknown", () => {
  const listing = fixture("every-kind.thresholds").replace(/.*10\.0\.0\.2:8080 .*2000.*\n/, "");
  const service = table.get("tcp 192.0.2.1:80");
  assert(service !== undefined);
  const known = read(listing).get("tcp 192.0.2.1:80") ?? null;
  const { destinations } = withThresholds(service, known);
  assert.equal(destinations.get("10.0.0.2:8080")?.thresholds, null);
  assert.notEqual(destinations.get("10.0.0.1:8080")?.thresholds, null);
});

test("a destination without a service is refused", () => {
  const line = "  -> 10.0.0.1:8080                0          0          0          0         ";
  assert.equal(read(`TCP  192.0.2.1:80 rr\n${line}\n`).size, 1);
  assert.partialDeepStrictEqual(parseThresholds(line), { refused: "garbled" });
});
