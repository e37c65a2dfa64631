import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { bench, web } from "./vips-bench.ts";

test("it is idle when the claim that is under way has ended", async (context) => {
  const { kernel, vips } = bench();
  context.after(() => vips.close());
  await vips.idle();
  const { promise, resolve } = Promise.withResolvers<void>();
  kernel.ready = promise;
  const claimed = vips.claim();
  let heldWhenIdle: boolean | null = null;
  const idle = vips.idle().then(() => {
    heldWhenIdle = vips.held(web);
  });
  for (let count = 0; count < 3; count += 1) await turn();
  assert.equal(heldWhenIdle, null);
  resolve();
  await Promise.all([claimed, idle]);
  assert.equal(heldWhenIdle, true);
});
