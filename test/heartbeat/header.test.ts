import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { clusterOf } from "../../src/heartbeat/header.ts";
import { parseAddress } from "../../src/model/address.ts";

describe("an identity", () => {
  it("of a cluster depends on both public addresses and their order", () => {
    const a = parseAddress("192.0.2.1");
    const b = parseAddress("192.0.2.2");
    assert.ok(a !== null && b !== null);
    assert.match(clusterOf(a, b), /^[0-9a-f]{16}$/);
    assert.equal(clusterOf(a, b), clusterOf(a, b));
    assert.notEqual(clusterOf(a, b), clusterOf(b, a));
  });
});
