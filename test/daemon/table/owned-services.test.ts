import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { openOwnedServices } from "../../../src/daemon/table/owned-services.ts";

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "lvsd-owned-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test("what was owned is owned after a restart", async () => {
  const path = join(directory, "owned.json");
  const troubles: string[] = [];
  await openOwnedServices(path, (why) => troubles.push(why)).replace(new Set(["tcp 192.0.2.1:80"]));
  const after = openOwnedServices(path, (why) => troubles.push(why));
  assert.deepEqual([...after.keys()], ["tcp 192.0.2.1:80"]);
  assert.deepEqual(troubles, []);
});

for (const text of ["", "{", "[]", '{"services": [1]}', '{"services": "tcp"}', "\u0000"]) {
  test(`a file that holds ${JSON.stringify(text)} is reported and owns nothing`, () => {
    const path = join(directory, "owned.json");
    writeFileSync(path, text);
    const troubles: string[] = [];
    assert.equal(openOwnedServices(path, (why) => troubles.push(why)).keys().size, 0);
    assert.equal(troubles.length, 1);
  });
}

test("a directory that is gone does not stop the daemon from owning", async () => {
  const path = join(directory, "missing", "owned.json");
  const troubles: string[] = [];
  const owned = openOwnedServices(path, (why) => troubles.push(why));
  await owned.replace(new Set(["tcp 192.0.2.1:80"]));
  assert.deepEqual([...owned.keys()], ["tcp 192.0.2.1:80"]);
  assert.equal(troubles.length, 1);
});
