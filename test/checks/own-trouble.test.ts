import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { trackingTrouble } from "../../src/checks/own-trouble.ts";

describe("what this machine lacks", () => {
  it("is room in the connection-tracking table, once it is as good as full", () => {
    assert.equal(trackingTrouble(100, 262_144), null);
    assert.equal(trackingTrouble(257_000, 262_144)?.startsWith("the connection-tracking"), true);
    assert.equal(trackingTrouble(0, 0), null);
  });
});
