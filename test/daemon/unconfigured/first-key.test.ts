/** The heartbeat's key of a router that has no configuration yet. */
import assert from "node:assert/strict";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { firstKey, ownKeyPath } from "../../../src/daemon/unconfigured/first-key.ts";

/** As the package lays it out: the configuration is a link of root's to where the daemon writes. */
function place(t: TestContext) {
  const dir = mkdtempSync(join(tmpdir(), "lvsd-first-key-"));
  t.after(() => rmSync(dir, { recursive: true }));
  mkdirSync(join(dir, "live"));
  symlinkSync("live/lvsd.yaml", join(dir, "lvsd.yaml"));
  const paths = {
    configPath: join(dir, "lvsd.yaml"),
    rootsPath: join(dir, "heartbeat.key"),
    configured: false,
  };
  return { dir, paths, own: join(dir, "live/heartbeat.key") };
}

test("is made once, behind the link, for the daemon alone to read", (t) => {
  const { paths, own } = place(t);
  assert.equal(ownKeyPath(paths.configPath), own);
  const made = firstKey(paths, null);
  assert.ok(made.ok && made.key !== null);
  assert.equal(made.path, own);
  assert.equal(Buffer.from(made.key, "base64").length, 32);
  assert.equal(readFileSync(own, "utf8"), `${made.key}\n`);
  assert.equal(statSync(own).mode & 0o777, 0o400);
  assert.deepEqual(firstKey(paths, null), made);
  assert.deepEqual(firstKey(paths, made.key), made);
});

test("is taken from the other router, unless another one is there", (t) => {
  const { paths, own } = place(t);
  const theirs = Buffer.alloc(32, 7).toString("base64");
  assert.deepEqual(firstKey(paths, theirs), { ok: true, path: own, key: theirs });
  const other = firstKey(paths, Buffer.alloc(32, 8).toString("base64"));
  assert.ok(!other.ok);
  assert.match(other.problems[0]?.message ?? "", /holds another key already/);
  assert.equal(readFileSync(own, "utf8"), `${theirs}\n`);
});

test("is not shown where a configuration has used it", (t) => {
  const { paths, own } = place(t);
  const made = firstKey(paths, null);
  assert.ok(made.ok && made.key !== null);
  const used = { ...paths, configured: true };
  assert.deepEqual(firstKey(used, null), { ok: true, path: own, key: null });
  assert.deepEqual(firstKey(used, made.key), { ok: true, path: own, key: null });
});

test("root's own goes before it, and is not shown", (t) => {
  const { paths, own } = place(t);
  writeFileSync(paths.rootsPath, "secret\n");
  assert.deepEqual(firstKey(paths, null), { ok: true, path: paths.rootsPath, key: null });
  assert.throws(() => readFileSync(own));
});

test("what is no key is refused, and what cannot be written says who can", (t) => {
  const { dir, paths, own } = place(t);
  const key = Buffer.alloc(32).toString("base64");
  for (const text of ["", "short", key.slice(4), `${key}\n${key}`, "x".repeat(5000)]) {
    const refused = firstKey(paths, text);
    assert.ok(!refused.ok, text.slice(0, 20));
    assert.throws(() => readFileSync(own));
  }
  rmSync(join(dir, "live"), { recursive: true });
  const refused = firstKey(paths, null);
  assert.ok(!refused.ok);
  assert.match(refused.problems[0]?.hint ?? "", /as root: lvsd keygen -o/);
});
