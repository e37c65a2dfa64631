import assert from "node:assert/strict";
import { test } from "node:test";
import { ms } from "../../../src/model/time.ts";
import { Repeated } from "../../../src/system/process/repeated.ts";

test("each time says when the next one is, and none begins before the last one has ended", async () => {
  const order: string[] = [];
  const over = Promise.withResolvers<void>();
  const repeated = new Repeated(async () => {
    order.push("begun");
    await new Promise((resolve) => setImmediate(resolve));
    order.push("ended");
    if (order.length === 6) over.resolve();
    return ms(order.length < 6 ? 1 : 3_600_000);
  });
  repeated.start(ms(0));
  await over.promise;
  repeated.stop();
  assert.deepEqual(order, ["begun", "ended", "begun", "ended", "begun", "ended"]);
});

test("what is stopped while it works is done to its end, and not once more", async () => {
  let times = 0;
  const begun = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const repeated = new Repeated(async () => {
    times += 1;
    begun.resolve();
    await go.promise;
    return ms(0);
  });
  repeated.start(ms(0));
  await begun.promise;
  repeated.stop();
  assert.ok(repeated.stopped);
  go.resolve();
  repeated.start(ms(0));
  // Timers of the same wait fire in their order.
  await new Promise((resolve) => setTimeout(resolve, 1));
  assert.equal(times, 1);
});
