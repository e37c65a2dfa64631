import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { groupId, operatorsGroup } from "../../../src/control/group.ts";
import { readKey } from "../../../src/keys/key.ts";
import { lvsd, temporary } from "../recorder.ts";

test("lvsd keygen prints a fresh key that the daemon accepts", async () => {
  const [first, second] = [await lvsd(["keygen"]), await lvsd(["keygen"])];
  assert.deepEqual([first.status, first.error], [0, ""]);
  assert.ok("keys" in readKey(first.out, "stdout"));
  assert.notEqual(first.out, second.out);
});

test("lvsd keygen -o writes a file for root and the group, never over another one", async (t) => {
  const directory = temporary(t);
  const file = join(directory, "heartbeat.key");
  assert.equal((await lvsd(["keygen", "-o", file])).status, 0);
  const text = readFileSync(file, "utf8");
  assert.ok("keys" in readKey(text, file));
  const mode = groupId(operatorsGroup) === null ? 0o600 : 0o640;
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
  assert.match(error, /no\/key: cannot be written: ENOENT/);
});
