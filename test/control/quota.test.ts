import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Quota } from "../../src/control/quota.ts";

const limits = { connectionsMax: 2, requestsMax: 1, bytesMax: 100, followersMax: 1 };

describe("a quota", () => {
  it("gives as much as its bound of each kind, and what is given back again", () => {
    const quota = new Quota(limits);
    assert.deepEqual(
      [1, 2, 3].map(() => quota.take("connections")),
      [true, true, false],
    );
    assert.equal(quota.take("requests"), true);
    assert.equal(quota.take("followers"), true);
    quota.give("connections");
    assert.equal(quota.take("connections"), true);
    assert.equal(quota.held("connections"), 2);
  });

  it("takes nothing where it refuses", () => {
    const quota = new Quota(limits);
    quota.take("bytes", 60);
    assert.equal(quota.take("bytes", 41), false);
    assert.equal(quota.held("bytes"), 60);
    assert.equal(quota.take("bytes", 40), true);
  });

  it("has room for bytes beyond its bound that are alone, and for no others then", () => {
    const quota = new Quota(limits);
    assert.equal(quota.take("bytes", 5000), true);
    assert.equal(quota.take("bytes", 1), false);
    quota.give("bytes", 5000);
    assert.equal(quota.take("bytes", 1), true);
    assert.equal(quota.take("bytes", 5000), false, "it is not alone any more");
  });

  it("makes no such exception for what is counted", () => {
    assert.equal(new Quota({ ...limits, requestsMax: 0 }).take("requests"), false);
  });
});
