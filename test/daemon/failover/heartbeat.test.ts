/** Two heartbeats over wires of this test: files that differ, and what changes under way. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { first, other, Two } from "./two-routers.ts";

describe("without keys", () => {
  it("only an address that a file names or named is believed", async () => {
    const two = new Two();
    await two.one.load({ backup: other }, "primary", []);
    await two.two.load({}, "backup", []);
    two.speak(2);
    assert.deepEqual(two.hear(), { one: "1", two: "1" });
  });

  it("on one router alone, from the start, that one hears the other one, which does not", async () => {
    const two = new Two();
    await two.one.load({}, "primary", []);
    await two.two.load({}, "backup", [first]);
    two.speak(2);
    assert.deepEqual(two.hear(), { one: "0,1", two: "" });
  });
});
