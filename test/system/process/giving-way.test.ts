import assert from "node:assert/strict";
import { test } from "node:test";
import { instant, ms } from "../../../src/model/time.ts";
import { giveWayUntil } from "../../../src/system/process/giving-way.ts";

test("it asks before it rests, and ends as soon as it is done", async () => {
  let asked = 0;
  await giveWayUntil(() => ++asked === 1, ms(60_000));
  assert.equal(asked, 1);
  await giveWayUntil(() => ++asked === 20, ms(60_000));
  assert.equal(asked, 20, "short rests first, then longer ones");
});

test("it ends when its time is over, and throws what was thrown", async () => {
  let time = 0;
  let looks = 0;
  const clock = () => {
    time += 1;
    return instant(time);
  };
  const never = (): boolean => {
    looks += 1;
    return false;
  };
  await giveWayUntil(never, ms(20), clock);
  assert.equal(looks, 20);
  const broken = giveWayUntil(() => assert.fail("netlink"), ms(60_000));
  await assert.rejects(broken, /netlink/);
});
