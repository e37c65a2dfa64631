/** A router without a configuration, and which one a starting daemon runs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { place, router } from "./waiting.ts";

test("what needs a configuration is refused with the way out", async (t) => {
  const { controlled } = router(place(t).path);
  const refusal = await controlled.switchover({});
  assert.ok(!refusal.ok);
  assert.match(refusal.problems[0]?.message ?? "", /no configuration yet/);
  assert.match(refusal.problems[0]?.hint ?? "", /lvsd apply/);
});
