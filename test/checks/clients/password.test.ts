import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readPassword } from "../../../src/checks/clients/password.ts";
import { placeFor } from "../../system/place.ts";

test("a password is the first line of its file, whatever ends it", async (t) => {
  const path = join(placeFor(t), "password");
  for (const text of ["geheim\nsecond", "geheim\r\n", "geheim"]) {
    writeFileSync(path, text);
    assert.equal(await readPassword(path), "geheim", JSON.stringify(text));
  }
});

test("a password that cannot be had is this router's own trouble, and stands in no text", async (t) => {
  const path = join(placeFor(t), "password");
  const why = async (text: string): Promise<string> => {
    writeFileSync(path, text);
    const read = await readPassword(path, "secret_file");
    assert.ok(typeof read === "object" && read.reason === "local");
    return read.why;
  };
  assert.match(await why("\ngeheim"), /^secret_file .*: its first line is empty$/);
  assert.match(await why("x".repeat(2000)), /longer than 1024 bytes$/);
  assert.doesNotMatch(await why("x".repeat(2000)), /xxx/);
  const missing = await readPassword(`${path}.none`);
  assert.match(typeof missing === "object" ? missing.why : "", /^password_file .*ENOENT$/);
});
