import assert from "node:assert/strict";
import { test } from "node:test";
import { faultKinds, isPartial, otherRole } from "../../src/model/router.ts";

test("each router is the other one's peer", () => {
  assert.deepEqual([otherRole("primary"), otherRole("backup")], ["backup", "primary"]);
});

test("some faults cost a part of what is served; all others cost the whole", () => {
  const partial = faultKinds.filter((kind) => isPartial({ kind }));
  assert.deepEqual(partial, ["vip", "virtual-server", "checks"]);
});
