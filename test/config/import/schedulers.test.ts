import assert from "node:assert/strict";
import { test } from "node:test";
import { hasFallback, isScheduler, schedulerFlags } from "../../../src/config/import/schedulers.ts";

test("a scheduler is one that the kernel has; two have a fallback", () => {
  assert.deepEqual(["wlc", "mh", "conhash", ""].map(isScheduler), [true, true, false, false]);
  assert.deepEqual(["sh", "mh", "wlc"].map(hasFallback), [true, true, false]);
});

test("flags are by name or number, and those of other schedulers mean nothing", () => {
  assert.deepEqual(schedulerFlags("sh", ["flag-1", "sh-port", "sh-fallback", "mh-port"]), {
    flags: ["sh-fallback", "sh-port"],
    ignored: ["mh-port"],
  });
  assert.deepEqual(schedulerFlags("wlc", ["flag-1"]), { flags: [], ignored: ["flag-1"] });
});
