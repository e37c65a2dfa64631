import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { lockDirectory } from "../../../src/system/process/lock.ts";
import { lvsd, temporary } from "../recorder.ts";

test("one takeover at a time; a dry run, which touches nothing, is none", async (t) => {
  const directory = temporary(t);
  const words = ["takeover-from", "keepalived", "-c", join(directory, "none.yaml")];
  const places = ["--state-dir", join(directory, "state"), "--run-dir", join(directory, "run")];
  const first = await lvsd([...words, ...places]);
  assert.deepEqual([first.status, /none\.yaml/.test(first.error)], [2, true], first.error);
  const lock = lockDirectory(join(directory, "state"));
  const second = await lvsd([...words, ...places]);
  assert.deepEqual(
    [second.status, second.error],
    [1, "lvsd: another takeover is under way here; wait for it\n"],
  );
  assert.equal((await lvsd([...words, ...places, "--dry-run"])).status, 2);
  lock.close();
  assert.equal((await lvsd([...words, ...places])).status, 2, "the former one has given it up");
});
