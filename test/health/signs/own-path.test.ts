/** What a standby's own tries say of its way to a real server. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { afterTry, everyFor, isDoubtful, untriedPath } from "../../../src/health/signs/own-path.ts";
import { ms, seconds } from "../../../src/model/time.ts";

const failed = { kind: "failed", why: "timed out" } as const;
const passed = { kind: "passed" } as const;
const nothing = { kind: "void" } as const;

describe("a standby's own way", () => {
  it("is lost after two failed tries in a row, while the active router reaches the server", () => {
    const once = afterTry(untriedPath, failed, true);
    assert.equal(once.standing, "unknown");
    assert.ok(isDoubtful(once), "and is tried again soon");
    const twice = afterTry(once, failed, true);
    assert.deepEqual(twice, { standing: "unreached", misses: 2, why: "timed out" });
    assert.ok(!isDoubtful(twice));
  });

  it("is there after one passed try", () => {
    const lost = afterTry(afterTry(untriedPath, failed, true), failed, true);
    assert.equal(afterTry(lost, passed, true).standing, "reached");
    assert.equal(afterTry(untriedPath, passed, false).standing, "reached");
  });

  it("is no matter where nobody reaches the server", () => {
    const lost = afterTry(afterTry(untriedPath, failed, true), failed, true);
    assert.deepEqual(afterTry(lost, failed, false), untriedPath);
  });

  it("is not judged by what says nothing of it", () => {
    const once = afterTry(untriedPath, failed, true);
    assert.equal(afterTry(once, nothing, true), once);
  });

  it("is tried once a minute, and rare checks less often", () => {
    assert.equal(everyFor(seconds(2)), 60_000);
    assert.equal(everyFor(ms(10)), 60_000);
    assert.equal(everyFor(seconds(30)), 300_000);
  });
});
