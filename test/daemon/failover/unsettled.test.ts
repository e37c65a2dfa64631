import assert from "node:assert/strict";
import { test } from "node:test";
import { unsettled } from "../../../src/daemon/failover/unsettled.ts";
import { Bench } from "../../failover/machine-bench.ts";

test("two holders that hear each other are settled by their rule; all else says what to do", () => {
  const bench = new Bench();
  assert.match(unsettled(bench.router) ?? "", /^it is not heard/);
  bench.hear({ state: "standby", holds: false });
  assert.match(unsettled(bench.router) ?? "", /^it says that it holds none: `lvsd check --here`/);
  bench.hear({ state: "active", holds: true });
  assert.equal(unsettled(bench.router), null);
});
