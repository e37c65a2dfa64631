import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { failbackStatus } from "../../../src/failover/steps/failback.ts";
import { instant } from "../../../src/model/time.ts";
import { Bench } from "../machine-bench.ts";

describe("what is reported of the failback", () => {
  it("names the time left, and what is in its way", () => {
    const bench = new Bench();
    bench.feed({ kind: "wake" }, { kind: "ready" });
    bench.now = 100;
    bench.hear({ state: "active", holds: true });
    const told = () => failbackStatus(bench.router, instant(bench.now));
    assert.deepEqual(told(), { mode: "auto", blocked_by: null, in_ms: 10_000 });
    bench.feed({ kind: "whole", missing: "connections are being synchronised" });
    assert.equal(told().blocked_by, "connections are being synchronised");
    bench.hear({ state: "active", holds: true, suspended: true });
    assert.equal(told().blocked_by, "suspended by the operator's switchover");
  });
});
