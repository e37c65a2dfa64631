import assert from "node:assert/strict";
import { test } from "node:test";
import { scriptReport } from "../../../src/daemon/maintenance/script-report.ts";
import { config, usual } from "./scripted.ts";

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
