import assert from "node:assert/strict";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { MachineError } from "../../../src/model/error.ts";
import {
  ensureDirectory,
  readBounded,
  removeFile,
  replaceFile,
  replaceFileLater,
} from "../../../src/system/file/files.ts";

function place(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), "lvsd-files-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

test("a file is read up to its limit, and one byte more is refused", (t) => {
  const file = join(place(t), "file");
  writeFileSync(file, "x".repeat(200_000));
  assert.equal(readBounded(file, 200_000)?.length, 200_000);
  assert.throws(() => readBounded(file, 199_999), /more than 199999 bytes/);
  writeFileSync(file, "");
  assert.equal(readBounded(file, 0)?.length, 0);
});

test("a file that is not there is null, and what is no file is a MachineError", (t) => {
  const directory = place(t);
  assert.equal(readBounded(join(directory, "none"), 10), null);
  assert.throws(() => readBounded(directory, 10), MachineError);
  assert.equal(readBounded("/dev/null", 10)?.length, 0);
  assert.throws(() => readBounded("/dev/zero", 100_000), /more than 100000 bytes/);
});

test("a replaced file is whole, has its mode, and leaves nothing next to it", (t) => {
  const directory = place(t);
  const file = join(directory, "file");
  replaceFile(file, "one", 0o600);
  replaceFile(file, new TextEncoder().encode("two"), 0o600);
  assert.equal(readFileSync(file, "utf8"), "two");
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(directory), ["file"]);
});

test("a file that cannot be replaced stays as it was", (t) => {
  const directory = place(t);
  mkdirSync(join(directory, "taken", "inside"), { recursive: true });
  assert.throws(() => replaceFile(join(directory, "taken"), "text"), MachineError);
  assert.throws(() => replaceFile(join(directory, "none", "file"), "text"), MachineError);
  assert.deepEqual(readdirSync(directory), ["taken"]);
});

test("a name that was put in the way of the new file is not followed", (t) => {
  const directory = place(t);
  const elsewhere = join(directory, "elsewhere");
  writeFileSync(elsewhere, "precious");
  symlinkSync(elsewhere, join(directory, `file.${process.pid}.new`));
  replaceFile(join(directory, "file"), "text");
  assert.equal(readFileSync(elsewhere, "utf8"), "precious");
  assert.equal(readFileSync(join(directory, "file"), "utf8"), "text");
});

test("removing what is not there and making what is there are no failures", (t) => {
  const directory = place(t);
  const nested = join(directory, "a", "b");
  ensureDirectory(nested);
  ensureDirectory(nested);
  writeFileSync(join(nested, "file"), "");
  removeFile(join(nested, "file"));
  removeFile(join(nested, "file"));
  assert.deepEqual(readdirSync(nested), []);
  assert.throws(() => removeFile(nested), MachineError);
  writeFileSync(join(directory, "file"), "");
  assert.throws(() => ensureDirectory(join(directory, "file", "below")), MachineError);
});

test("replacements of one file at the same time each write the whole of it", async (t) => {
  const directory = place(t);
  const file = join(directory, "file");
  const texts = ["a", "b", "c", "d"].map((letter) => letter.repeat(1_000_000));
  await Promise.all(texts.map((text) => replaceFileLater(file, text)));
  assert.ok(texts.includes(readFileSync(file, "utf8")));
  assert.deepEqual(readdirSync(directory), ["file"]);
});
