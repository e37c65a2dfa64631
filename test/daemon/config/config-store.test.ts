import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ConfigStore } from "../../../src/daemon/config/config-store.ts";

test("what root took out of use is no way back, nor after a restart; what follows is one", async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "lvsd-store-"));
  t.after(() => rmSync(directory, { recursive: true }));
  const path = join(directory, "lvsd.yaml");
  const opened = () => new ConfigStore(path, directory, () => "2026-01-01T00:00:00.000Z");
  const store = opened();
  store.forgetIncludes();
  assert.deepEqual(store.pastFiles(), [], "there is no history yet");
  const replaced = (serial: number) => ({ serial, hash: `${serial}`.repeat(64), text: "text\n" });
  writeFileSync(path, "text\n");
  for (const serial of [1, 2]) await store.replace("next\n", replaced(serial));
  assert.equal(store.pastFiles().length, 2);
  store.forgetIncludes();
  for (const each of [store, opened()]) assert.deepEqual(each.pastFiles(), []);
  await store.replace("next\n", replaced(3));
  for (const each of [store, opened()]) {
    assert.equal(each.pastFiles().length, 1);
    assert.match(each.pastFiles()[0] ?? "", /_serial-3_/);
    assert.equal(each.past().length, 3, "the history itself stays");
  }
});
