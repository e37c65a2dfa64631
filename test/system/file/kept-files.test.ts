import assert from "node:assert/strict";
import { test } from "node:test";
import { keptFiles } from "../../../src/system/file/kept-files.ts";

test("files are what they were when they were kept, and patterns match those alone", () => {
  const kept = ["/etc/lvsd/a.yaml", "/etc/lvsd/d/b.yaml"].map((path) => ({ path, text: path }));
  const files = keptFiles(kept);
  assert.equal("text" in files.read("/etc/lvsd/a.yaml"), true);
  assert.deepEqual(files.read("/etc/passwd"), { error: { message: "was not kept", hint: null } });
  assert.deepEqual(files.glob("/etc/lvsd/d/*.yaml"), ["/etc/lvsd/d/b.yaml"]);
  assert.deepEqual(files.glob("/etc/*"), []);
});
