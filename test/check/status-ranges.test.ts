import assert from "node:assert/strict";
import { test } from "node:test";
import { fits, printRanges } from "../../src/check/status-ranges.ts";
import { refusal, settled } from "./settled.ts";

const http = (status: string): unknown =>
  (settled(`type: http, status: ${status}`) as { status: object }).status;

test("status codes are one, a range, or a list of both", () => {
  assert.deepEqual(http("204"), [{ from: 204, to: 204 }]);
  assert.deepEqual(http("200 - 299"), [{ from: 200, to: 299 }]);
  assert.deepEqual(http("[200, '300-399']"), [
    { from: 200, to: 200 },
    { from: 300, to: 399 },
  ]);
});

test("HTTP's codes end with 599, SIP's with 699", () => {
  assert.match(refusal("type: http, status: 600"), /"600" is no status code/);
  assert.match(refusal("type: http, status: 200-600"), /is no status code/);
  settled("type: sip, status: 603");
  assert.match(refusal("type: http, status: 99"), /is no status code/);
  assert.match(refusal("type: http, status: 299-200"), /299-200 ends before it begins/);
});

test("a code fits a range with its ends", () => {
  const ranges = [
    { from: 200, to: 299 },
    { from: 404, to: 404 },
  ];
  assert.deepEqual(
    [199, 200, 299, 300, 404].filter((code) => fits(ranges, code)),
    [200, 299, 404],
  );
  assert.equal(printRanges(ranges), "200-299, 404");
});
