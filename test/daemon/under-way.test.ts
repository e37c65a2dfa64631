import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { UnderWay } from "../../src/daemon/under-way.ts";

test("the end of the last piece of work is reported, however it ends", async () => {
  const work = new UnderWay();
  await work.none();
  const one = Promise.withResolvers<number>();
  const other = Promise.withResolvers<number>();
  const first = work.during(() => one.promise);
  const second = work.during(() => other.promise);
  let told = 0;
  for (let waiting = 0; waiting < 2; waiting += 1) void work.none().then(() => (told += 1));
  one.resolve(7);
  assert.equal(await first, 7);
  await turn();
  assert.deepEqual([work.any, told], [true, 0]);
  other.reject(new Error("broken"));
  await assert.rejects(second, /broken/);
  await turn();
  assert.deepEqual([work.any, told], [false, 2]);
});
