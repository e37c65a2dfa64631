import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { answersOf, bundleOf, typedUsual, unbundled } from "../../../src/console/setup/asked.ts";
import { filled, key } from "./first.ts";

describe("the answers of SETUP", () => {
  it("are one router alone where no other one is named", () => {
    const answers = answersOf({ ...typedUsual, ...filled, role: "backup", other: "", other2: "" });
    assert.ok(!("wrong" in answers));
    assert.equal(answers.backup, null);
    assert.equal(answers.primary.public, "192.168.26.9");
  });

  it("are this router's where it is the backup", () => {
    const answers = answersOf({ ...typedUsual, ...filled, role: "backup" });
    assert.ok(!("wrong" in answers));
    assert.equal(answers.backup?.public, "192.168.26.9");
    assert.equal(answers.primary.private, "10.11.12.8");
  });

  it("are bundled with the key and taken apart again", () => {
    const text = "# a comment\nserial: 1\n";
    assert.deepEqual(unbundled(bundleOf(text, key)), { text, key });
    assert.deepEqual(unbundled(bundleOf(text, null)), { text, key: null });
    assert.equal(unbundled("# heartbeat key: <script>\nx: 1\n").key, null);
  });
});
