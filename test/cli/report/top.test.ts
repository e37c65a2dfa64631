import assert from "node:assert/strict";
import { test } from "node:test";
import { colored, plain } from "../../../src/cli/report/paint.ts";
import { rowsOf, topScreen } from "../../../src/cli/report/top.ts";
import { short } from "../../../src/model/short-number.ts";
import { sampleRates, sampleStatus } from "../../control/sample.ts";

const small = { columns: 80, rows: 24, above: 0 };

test("it fits 80 x 24 and every other size, with colours as well", () => {
  for (const rows of [6, 24, 60])
    for (const columns of [20, 80, 200]) {
      const lines = topScreen(sampleStatus, sampleRates, { columns, rows, above: 0 }, plain);
      assert.equal(lines.length, rows);
      for (const line of lines) assert.ok(line.length <= columns, `${columns}: ${line}`);
    }
  const bare = topScreen(sampleStatus, sampleRates, small, plain);
  const painted = topScreen(sampleStatus, sampleRates, small, colored);
  assert.deepEqual(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escapes of colours
    painted.map((line) => line.replace(/\x1b\[\d+m/g, "")),
    bare,
  );
  assert.notDeepEqual(painted, bare);
});

test("state of the router, totals, and each server with its rates", () => {
  const lines = topScreen(sampleStatus, sampleRates, small, plain);
  assert.match(lines[0] ?? "", /^lvsd primary {2}active since /);
  assert.equal(lines[1], "peer standby  configuration 7  42 conn/s  in 123kB/s  out 4.57MB/s");
  assert.match(lines[3] ?? "", /^NAME +STATE +WEIGHT +ACTIVE +INACT +CONN\/S +IN B\/S +OUT B\/S$/);
  const web = lines.find((line) => line.startsWith("web tcp 192"));
  assert.match(web ?? "", / up +12 +345 +42 +123k +4\.57M$/);
  const rs1 = lines.find((line) => line.startsWith("  rs1 10.11.12.1:80"));
  assert.match(rs1 ?? "", / up +2 +12 +340 +40 +123k +4\.57M$/);
  const rs2 = lines.find((line) => line.startsWith("  rs2 "));
  assert.match(rs2 ?? "", / - +- +-$/, "of this one no rate is known");
});

test("a table that is longer than the screen is scrolled, and says where it is", () => {
  const all = rowsOf(sampleStatus);
  const shown = topScreen(sampleStatus, sampleRates, { columns: 80, rows: 7, above: 1 }, plain);
  assert.match(shown[4] ?? "", /^ {2}rs1 /);
  assert.equal(shown[6], `2 to 3 of ${all}  q quit  up, down scroll`);
});

test("without rates, without a peer, in trouble", () => {
  const status = {
    ...sampleStatus,
    state: "fault" as const,
    peer: null,
    ipvs: { ...sampleStatus.ipvs, last_error: "ipvsadm: gone" },
  };
  const lines = topScreen(status, null, small, plain);
  assert.equal(lines[1], "no peer  configuration 7  rates unknown");
  assert.equal(lines[2], "ipvsadm: gone");
});

test("numbers in few characters", () => {
  assert.deepEqual([0, 9999, 12_345, 123_456, 1_234_567, 9_876_543_210].map(short), [
    "0",
    "9999",
    "12.3k",
    "123k",
    "1.23M",
    "9.88G",
  ]);
});
