import assert from "node:assert/strict";
import { test } from "node:test";
import { claimAfterIntake } from "../../../src/daemon/failover/claim-after-intake.ts";

/** What happened, in order, to a claim beside a kernel that has taken in all at the nth look. */
async function story(looks: number) {
  const order: string[] = [];
  let looked = 0;
  const takenIn = (): boolean => {
    looked += 1;
    return looked >= looks;
  };
  const claiming = claimAfterIntake({ takenIn }, async () => {
    order.push("claimed");
    return { ok: true };
  });
  order.push("returned");
  assert.deepEqual(await claiming, { ok: true });
  return { order, looked };
}

test("where all is taken in the claim begins at once", async () => {
  assert.deepEqual(await story(1), { order: ["claimed", "returned"], looked: 1 });
});

test("what waits to be taken in is waited for", async () => {
  assert.deepEqual(await story(3), { order: ["returned", "claimed"], looked: 3 });
});

test("a kernel that takes nothing in holds up the claim for a moment only", async () => {
  const { order, looked } = await story(Number.POSITIVE_INFINITY);
  assert.deepEqual(order, ["returned", "claimed"]);
  assert.ok(looked > 2, `it looked ${looked} times`);
});
