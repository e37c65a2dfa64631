import assert from "node:assert/strict";
import { test } from "node:test";
import { scriptReport } from "../../../src/daemon/maintenance/script-report.ts";
import { accepted, readText, soundText } from "../../config/texts.ts";

const config = accepted(readText(soundText));
const name = config.virtualServers[0]?.name ?? "";
const usual = { virtualServer: name, realServer: null, method: null, format: null, undo: false };

test("the script by the method that fits, or by another one with a warning", () => {
  const fits = scriptReport(config, usual);
  assert.ok(fits.ok);
  assert.match(fits.text, /^#!\/bin\/sh\n# Prepares a real server/);
  assert.equal(fits.warning, null);
  const other = scriptReport(config, { ...usual, method: "tunnel", undo: true });
  assert.ok(other.ok);
  assert.equal(other.method, "tunnel");
  assert.match(other.text, /^#!\/bin\/sh\n# Undoes/);
  assert.match(other.warning ?? "", /--method tunnel is for tunnelling/);
});

test("names that do not exist are refused with what was meant", () => {
  for (const [given, message] of [
    [{ virtualServer: `${name}x` }, /there is no virtual server/],
    [{ realServer: "nope" }, /there is no real server/],
    [{ method: "magic" }, /there is no method magic/],
    [{ format: "scrip" }, /there is no format scrip/],
  ] as const) {
    const refused = scriptReport(config, { ...usual, ...given });
    assert.ok(!refused.ok);
    assert.match(refused.problems[0]?.message ?? "", message);
  }
});
