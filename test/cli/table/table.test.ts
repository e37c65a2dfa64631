import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleRates, sampleStatus } from "../../control/sample.ts";
import { lvsd, serve, temporary } from "../recorder.ts";

test("top: one sample where stdout is no terminal, and as JSON", async (t) => {
  const { runDir } = await serve(t);
  const text = await lvsd(["top", "--run-dir", runDir]);
  assert.deepEqual([text.status, text.error], [0, ""]);
  assert.match(text.out, /^lvsd primary {2}active.*\n[\s\S]*\n {2}rs1 10\.11\.12\.1:80 .*\n/);
  const json = await lvsd(["top", "--json", "--run-dir", runDir]);
  assert.deepEqual(JSON.parse(json.out), { status: sampleStatus, rates: sampleRates });
  const away = await lvsd(["top", "--run-dir", temporary(t)]);
  assert.equal(away.status, 1);
});
