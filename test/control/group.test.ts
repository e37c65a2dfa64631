import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { groupId } from "../../src/control/group.ts";
import { placeFor } from "../system/place.ts";

test("a group has its number, or none where there is no such group or no file", (t) => {
  const file = join(placeFor(t), "group");
  writeFileSync(file, "root:x:0:\nlvsd:x:991:a,b\n");
  assert.deepEqual([groupId("lvsd", file), groupId("lvs", file)], [991, null]);
  assert.equal(groupId("lvsd", `${file}.none`), null);
});
