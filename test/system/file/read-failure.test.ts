import assert from "node:assert/strict";
import { test } from "node:test";
import { MachineError } from "../../../src/model/error.ts";
import { mayNotRead, readFailure, writeFailure } from "../../../src/system/file/read-failure.ts";

const error = (code: string) => Object.assign(new Error("failed"), { code });
const wrapped = (code: string) => new MachineError("x", { cause: error(code) });

test("why a file cannot be read is said in words, also behind another error", () => {
  assert.equal(readFailure(error("ENOENT")), "there is no such file");
  assert.equal(readFailure(wrapped("EACCES")), "no permission to read it");
  assert.equal(readFailure(error("EIO")), "it cannot be read: EIO");
  assert.equal(readFailure(new Error("why")), "it cannot be read: why");
  assert.deepEqual([mayNotRead(wrapped("EACCES")), mayNotRead(error("ENOENT"))], [true, false]);
});

test("why a file cannot be written names the directory and the way out", () => {
  const why = (code: string) => writeFailure("/etc/lvsd/a", wrapped(code));
  assert.equal(why("ENOENT"), "there is no directory /etc/lvsd");
  assert.equal(why("ENOTDIR"), "/etc/lvsd is not a directory");
  assert.equal(why("EPERM"), "no permission to write in /etc/lvsd; try it as root");
  assert.equal(why("EROFS"), "/etc/lvsd is on a file system that is read-only");
  assert.equal(why("ENOSPC"), "the disk is full");
  assert.equal(why("EIO"), "failed");
});
