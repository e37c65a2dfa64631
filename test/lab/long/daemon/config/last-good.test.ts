import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { firstConfig } from "../../../../../src/daemon/config/first-config.ts";
import { LastGood, lastGood } from "../../../../../src/daemon/config/last-good.ts";
import { faulty, place, sound } from "../unconfigured/waiting.ts";

test("a start takes the file, else the last good one, else none", async (t) => {
  const { dir, path } = place(t);
  const options = { configPath: path, stateDir: dir, strict: false };
  assert.deepEqual(await firstConfig(options), { unconfigured: null });
  writeFileSync(path, sound);
  const first = await firstConfig(options);
  assert.ok("written" in first && first.fileProblems === null);
  const good = new LastGood(dir, (why) => assert.fail(why));
  good.keep(first.written.files);
  await good.written();
  writeFileSync(path, faulty);
  const kept = await firstConfig(options);
  assert.ok("written" in kept);
  assert.equal(kept.written.config.hash, first.written.config.hash);
  assert.match(kept.fileProblems?.[0]?.message ?? "", /nowhere/);
  assert.ok("refused" in (await firstConfig({ ...options, strict: true })));
  rmSync(join(dir, "last-good.json"));
  const none = await firstConfig(options);
  assert.ok("unconfigured" in none && none.unconfigured !== null);
});

test("what is kept and cannot be read is as if nothing were kept", (t) => {
  const { dir } = place(t);
  for (const text of ["", "{", "{}", '{"files":[]}', '{"files":[{"path":1}]}']) {
    writeFileSync(join(dir, "last-good.json"), text);
    assert.equal(lastGood(dir), null, text);
  }
});
