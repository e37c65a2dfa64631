import assert from "node:assert/strict";
import { test } from "node:test";
import { lvsd, serve } from "../recorder.ts";

test("lvsd reload passes the guard only with --yes", async (t) => {
  const { runDir, daemon } = await serve(t);
  await lvsd(["reload", "--run-dir", runDir]);
  await lvsd(["reload", "--yes", "--run-dir", runDir]);
  assert.deepEqual(daemon.forced, [false, true]);
});
