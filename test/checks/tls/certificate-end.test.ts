import assert from "node:assert/strict";
import { test } from "node:test";
import { failed, passed } from "../../../src/checks/check-result.ts";
import { certificateJudge } from "../../../src/checks/tls/certificate-end.ts";

const day = 24 * 60 * 60 * 1000;
const until = (ms: number) =>
  ({ getPeerX509Certificate: () => ({ validToDate: new Date(Date.now() + ms) }) }) as never;

test("days are added to a pass where few enough are left", () => {
  const judge = certificateJudge(until(3.5 * day), { warnBefore: 14 * day });
  assert.deepEqual(judge(passed), { kind: "passed", certificateDays: 3 });
  const no = failed("unexpected", "no");
  assert.deepEqual(judge(no), no, "a failure has other words");
  const over = certificateJudge(until(-1.5 * day), { warnBefore: 14 * day });
  assert.deepEqual(over(passed), { kind: "passed", certificateDays: -2 });
});

test("nothing is said of one that lasts, of none, or where no warning is wanted", () => {
  assert.equal(certificateJudge(until(15 * day), { warnBefore: 14 * day })(passed), passed);
  assert.equal(certificateJudge(until(0), { warnBefore: 0 })(passed), passed);
  const none = { getPeerX509Certificate: () => undefined };
  assert.equal(certificateJudge(none, { warnBefore: day })(passed), passed);
});
