import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readKey } from "../../../src/keys/key.ts";
import { daemonAccount } from "../../../src/model/account.ts";
import { usersHere } from "../../../src/system/file/accounts.ts";
import { lvsd, temporary } from "../recorder.ts";

test("lvsd keygen -o writes a file for the daemon alone, never over another one", async (t) => {
  const directory = temporary(t);
  const file = join(directory, "heartbeat.key");
  assert.equal((await lvsd(["keygen", "-o", file])).status, 0);
  const text = readFileSync(file, "utf8");
  assert.ok("keys" in readKey(text, file));
  const daemon = usersHere().find(({ name }) => name === daemonAccount);
  const mode = daemon === undefined || process.geteuid?.() !== 0 ? 0o600 : 0o400;
  assert.equal(statSync(file).mode & 0o777, mode);

  const again = await lvsd(["keygen", "-o", file]);
  assert.deepEqual(
    [again.status, again.error],
    [1, `lvsd: ${file} exists; --force overwrites it\n`],
  );
  assert.equal(readFileSync(file, "utf8"), text);

  assert.equal((await lvsd(["keygen", "-o", file, "--force"])).status, 0);
  assert.notEqual(readFileSync(file, "utf8"), text);
  assert.equal(statSync(file).mode & 0o777, mode);
  assert.deepEqual(readdirSync(directory), ["heartbeat.key"], "nothing temporary stays");
});

test("lvsd keygen -o into a directory that is not there exits 1 and says so", async (t) => {
  const { status, error } = await lvsd(["keygen", "-o", join(temporary(t), "no", "key")]);
  assert.equal(status, 1);
  assert.match(error, /no\/key: cannot be written: there is no directory \/.*\/no\n$/);
  assert.doesNotMatch(error, /ENOENT|\.new/);
});

/** Places the link at `path`, and where a temporary file of this process would lie. */
function plant(path: string, victim: string): void {
  for (const name of [path, `${path}.${process.pid}.new`]) symlinkSync(victim, name);
}

for (const command of [["keygen"], ["init"]])
  test(`lvsd ${command} -o follows no link that another user may have put there`, async (t) => {
    const directory = temporary(t);
    const victim = join(directory, "shadow");
    writeFileSync(victim, "root's\n", { mode: 0o600 });
    const path = join(directory, "file");
    plant(path, victim);
    for (const more of [[], ["--force"]]) {
      const { status, error } = await lvsd([...command, "-o", path, ...more]);
      assert.equal(status, 1);
      assert.match(error, /\.new is in the way/);
    }
    rmSync(`${path}.${process.pid}.new`);
    const { status, error } = await lvsd([...command, "-o", path]);
    assert.deepEqual([status, error], [1, `lvsd: ${path} exists; --force overwrites it\n`]);
    assert.ok(lstatSync(path).isSymbolicLink());
    assert.equal((await lvsd([...command, "-o", path, "--force"])).status, 0);
    assert.ok(lstatSync(path).isFile(), "the link is replaced");
    assert.equal(readFileSync(victim, "utf8"), "root's\n");
    assert.equal(statSync(victim).mode & 0o777, 0o600);
  });

test("lvsd init -o writes where a link of root's leads, as /etc/lvsd/lvsd.yaml does", {
  skip: process.geteuid?.() !== 0 && "needs root",
}, async (t) => {
  const directory = mkdtempSync("/run/lvsd-init-");
  t.after(() => rmSync(directory, { recursive: true }));
  chmodSync(directory, 0o755);
  mkdirSync(join(directory, "live"));
  const link = join(directory, "lvsd.yaml");
  const file = join(directory, "live/lvsd.yaml");
  symlinkSync("live/lvsd.yaml", link);
  assert.equal((await lvsd(["init", "-o", link])).status, 0);
  assert.ok(lstatSync(link).isSymbolicLink());
  assert.ok(lstatSync(file).isFile());
  assert.equal((await lvsd(["init", "-o", link])).status, 1, "it is there");
  rmSync(file);
  chmodSync(directory, 0o777);
  assert.equal((await lvsd(["init", "-o", link])).status, 1, "whose link it is, is not known");
  assert.ok(!existsSync(file));
});
