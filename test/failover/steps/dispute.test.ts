import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { active, kinds } from "../machine-bench.ts";

describe("two holders", () => {
  it("yields to a peer that holds and hears nothing of it, after two intervals", () => {
    const bench = active();
    const deaf = { holds: true, state: "active", hears: false, echo: null } as const;
    bench.sleepUntil(3200);
    assert.deepEqual(kinds(bench.hear(deaf)), []);
    bench.sleepUntil(3450);
    assert.deepEqual(kinds(bench.hear(deaf)), []);
    bench.sleepUntil(3700);
    assert.deepEqual(kinds(bench.hear(deaf)), ["release"]);
  });
});
