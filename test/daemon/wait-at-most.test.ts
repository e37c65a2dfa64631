import assert from "node:assert/strict";
import { test } from "node:test";
import { waitAtMost } from "../../src/daemon/wait-at-most.ts";
import { ms } from "../../src/model/time.ts";

test("work is waited for until it ends, or until the time is over", async () => {
  await waitAtMost(Promise.resolve(), ms(60_000));
  await waitAtMost(new Promise(() => {}), ms(1));
});

test("what work throws in time is thrown, and what it throws later is not", async () => {
  await assert.rejects(waitAtMost(Promise.reject(new Error("no")), ms(60_000)), /^Error: no$/);
  let fail = (_: Error): void => {};
  const work = new Promise<void>((_, reject) => {
    fail = reject;
  });
  await waitAtMost(work, ms(1));
  fail(new Error("late"));
  await assert.rejects(work, /late/);
});
