import assert from "node:assert/strict";
import { test } from "node:test";
import { addMs, ms } from "../../../src/model/time.ts";
import { now } from "../../../src/system/process/clock.ts";
import { Pace } from "../../../src/system/process/pace.ts";

test("work rests when its slice is over, and has a new one then", async () => {
  const begun = now();
  const pace = new Pace({ slice: ms(1000), rest: ms(1) });
  assert.equal(pace.isDue(begun), false);
  assert.equal(pace.isDue(addMs(begun, ms(5000))), true);
  const before = now();
  await pace.rest();
  assert.equal(pace.isDue(addMs(before, ms(1000))), false, "the slice begins after the rest");
});
