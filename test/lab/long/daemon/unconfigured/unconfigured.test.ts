/** A router without a configuration, and which one a starting daemon runs. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { controlClient } from "../../../../../src/control/client.ts";
import { startControlServer } from "../../../../../src/control/server.ts";
import { firstConfig } from "../../../../../src/daemon/config/first-config.ts";
import { LastGood, lastGood } from "../../../../../src/daemon/config/last-good.ts";
import { Journal } from "../../../../../src/daemon/journal.ts";
import { unconfigured } from "../../../../../src/daemon/unconfigured/unconfigured.ts";

const sound =
  "routers: { primary: { public: 192.0.2.9 } }\nvips: [{ address: 192.0.2.10/24, device: eth0 }]\n";
const faulty = "routers: nowhere\n";

function place(t: TestContext): { readonly dir: string; readonly path: string } {
  const dir = mkdtempSync(join(tmpdir(), "lvsd-unconfigured-"));
  t.after(() => rmSync(dir, { recursive: true }));
  return { dir, path: join(dir, "lvsd.yaml") };
}

function router(path: string) {
  const events: string[] = [];
  let starts = 0;
  const began = Promise.withResolvers<void>();
  const controlled = unconfigured({
    ...{ path, problems: null, wallClock: () => "2026-01-01T00:00:00.000Z" },
    journal: new Journal(
      (event) => events.push(`${event.event} ${event.kind}`),
      () => "2026-01-01T00:00:00.000Z",
    ),
    configuredBefore: () => false,
    configured: () => {
      starts += 1;
      began.resolve();
    },
  });
  return { controlled, events, began: began.promise, starts: () => starts };
}

test("its status says that nothing runs, and why", async (t) => {
  const { path } = place(t);
  const status = await router(path).controlled.status({});
  assert.equal(status.state, "unconfigured");
  assert.equal(status.role, null);
  assert.equal(status.cause, `there is no ${path}`);
  assert.deepEqual(status.vips, []);
});

test("what needs a configuration is refused with the way out", async (t) => {
  const { controlled } = router(place(t).path);
  const refusal = await controlled.switchover({});
  assert.ok(!refusal.ok);
  assert.match(refusal.problems[0]?.message ?? "", /no configuration yet/);
  assert.match(refusal.problems[0]?.hint ?? "", /lvsd apply/);
});

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
    ...["control asked", "control asked-in-vain"],
    ...["config stored", "control asked"],
  ]);
});

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
