import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { lvsd, temporary } from "../recorder.ts";

test("ipvs restore refuses what is no saved table before it changes anything", async (t) => {
  const file = join(temporary(t), "table");
  writeFileSync(file, "-A -t 192.0.2.1:80 -s wlc\nreboot\n");
  const bad = await lvsd(["ipvs", "restore", file]);
  assert.deepEqual([bad.status, bad.out], [2, ""]);
  assert.match(bad.error, /reboot/);
  const none = await lvsd(["ipvs", "restore", `${file}.missing`]);
  assert.equal(none.status, 2);
  const wrong = await lvsd(["ipvs", "erase"]);
  assert.equal(wrong.status, 2);
});
