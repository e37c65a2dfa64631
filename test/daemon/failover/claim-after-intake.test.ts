import assert from "node:assert/strict";
import { test } from "node:test";
import { claimAfterIntake } from "../../../src/daemon/failover/claim-after-intake.ts";
import { instant } from "../../../src/model/time.ts";

/**
 * What happened, in order, to a claim while a kernel takes in all by the nth look. Each time that
 * the clock is read it is so many milliseconds later.
 */
async function claimed(looks: number, perLook: number) {
  let time = 0;
  const clock = () => {
    time += perLook;
    return instant(time);
  };
  const order: string[] = [];
  let looked = 0;
  const takenIn = (): boolean => {
    looked += 1;
    return looked >= looks;
  };
  const claim = async () => {
    order.push("claimed");
    return { ok: true } as const;
  };
  const claiming = claimAfterIntake({ takenIn }, claim, clock);
  order.push("returned");
  assert.deepEqual(await claiming, { ok: true });
  return { order, looked };
}

test("where all is taken in the claim begins at once", async () => {
  assert.deepEqual(await claimed(1, 1), { order: ["claimed", "returned"], looked: 1 });
});

test("what waits to be taken in is waited for", async () => {
  assert.deepEqual(await claimed(3, 0), { order: ["returned", "claimed"], looked: 3 });
});

test("a kernel that takes nothing in holds up the claim for a moment only", async () => {
  const { order, looked } = await claimed(Number.POSITIVE_INFINITY, 1);
  assert.deepEqual(order, ["returned", "claimed"]);
  assert.equal(looked, 11, "for 10 ms");
});
