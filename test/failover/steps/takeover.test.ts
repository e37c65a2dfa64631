import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Bench, kinds } from "../machine-bench.ts";

describe("a router that starts and hears no peer", () => {
  it("claims when start_delay is over and nobody was heard, and not before", () => {
    const bench = new Bench();
    bench.feed({ kind: "wake" }, { kind: "ready" });
    assert.deepEqual(kinds(bench.sleepUntil(2999)), []);
    assert.deepEqual(kinds(bench.sleepUntil(3000)), ["claim"]);
  });

  it("does not claim before its table is ready, however long that takes", () => {
    const bench = new Bench();
    assert.deepEqual(kinds(bench.sleepUntil(60_000)), []);
    assert.equal(bench.router.state, "starting");
    assert.deepEqual(kinds(bench.feed({ kind: "ready" })), ["claim"]);
  });
});
