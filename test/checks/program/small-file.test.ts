import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readSmallFile } from "../../../src/checks/program/small-file.ts";
import { placeFor } from "../../system/place.ts";

test("a file is read up to its bound and one byte more, which says that it is longer", async (t) => {
  const path = join(placeFor(t), "file");
  writeFileSync(path, "12345");
  assert.deepEqual(await readSmallFile(path, 5), { bytes: Buffer.from("12345") });
  assert.deepEqual(await readSmallFile(path, 3), { bytes: Buffer.from("1234") });
});

test("what is no file is not waited for, and what is not there says so", async (t) => {
  const place = placeFor(t);
  const fifo = join(place, "fifo");
  execFileSync("mkfifo", [fifo]);
  assert.deepEqual(await readSmallFile(fifo, 5), { why: "it is no file" });
  assert.deepEqual(await readSmallFile(place, 5), { why: "it is no file" });
  assert.deepEqual(await readSmallFile(join(place, "none"), 5), { why: "ENOENT" });
});
