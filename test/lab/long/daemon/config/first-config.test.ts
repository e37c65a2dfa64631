import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { controlClient } from "../../../../../src/control/client.ts";
import { startControlServer } from "../../../../../src/control/server.ts";
import { faulty, place, router, sound } from "../unconfigured/waiting.ts";

test("a first configuration that is invalid changes nothing; a sound one is stored and started", async (t) => {
  const { path } = place(t);
  const { controlled, events, began, starts } = router(path);
  const bad = await controlled.save({ text: faulty, yes: false, onto: null });
  assert.ok(!bad.ok && bad.fault === "text");
  assert.throws(() => readFileSync(path));
  assert.equal(starts(), 0);
  const good = await controlled.save({ text: sound, yes: false, onto: null });
  assert.ok(good.ok, JSON.stringify(good));
  await began;
  assert.equal(readFileSync(path, "utf8"), sound);
  assert.deepEqual(events, ["config stored"]);
});

test("a first configuration from outside names no program but root's own", async (t) => {
  const { path } = place(t);
  const { controlled, starts } = router(path);
  const text = `${sound}notify: { command: /bin/true }\n`;
  const refused = await controlled.save({ text, yes: false, onto: null });
  assert.ok(!refused.ok, "an operator must not become root by it");
  assert.equal(starts(), 0);
});

test("a first configuration comes through the control socket, with who asked", async (t) => {
  const { dir, path } = place(t);
  const { controlled, events, began } = router(path);
  const socketPath = join(dir, "lvsd.sock");
  const server = await startControlServer({ socketPath, controlled, warn: () => {} });
  t.after(() => server.close());
  const client = controlClient(socketPath, "ann");
  assert.ok((await client.machine()).devices.every(({ name }) => name !== "lo"));
  const key = await client.firstKey();
  assert.ok(key.ok && key.path === join(dir, "heartbeat.key"), JSON.stringify(key));
  const text = sound.replace("vips", `heartbeat: { key_file: ${key.path} }\nvips`);
  const elsewhere = text.replace("heartbeat.key", "other.key");
  writeFileSync(join(dir, "other.key"), `${key.key}\n`, { mode: 0o400 });
  const refused = await client.save({ text: elsewhere });
  assert.ok(!refused.ok, "a key elsewhere could be any file that root alone reads");
  const saved = await client.save({ text });
  assert.ok(saved.ok, JSON.stringify(saved));
  await began;
  assert.deepEqual(events, [
    "control asked",
    "control asked-in-vain",
    "config stored",
    "control asked",
  ]);
});
