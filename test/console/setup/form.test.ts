import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { serveConsole, visitorAs } from "../served-console.ts";
import { filled, fresh } from "./first.ts";

describe("the form of SETUP", () => {
  it("says at its field what is wrong, all at once, and makes no key then", async (t) => {
    const served = await serveConsole(t, fresh);
    const visitor = await visitorAs(served, "admin");
    const evil = `"><script>alert(1)</script>`;
    const wrong = { ...filled, own2: evil, vip: "192.0.2.1/99", port: "0", reals: "a b" };
    const { status, text } = await visitor.submit("/setup", "/setup/make", wrong);
    assert.equal(status, 422);
    for (const field of ["own2", "vip", "port", "reals"])
      assert.match(text, new RegExp(`aria-describedby="${field}-wrong"`), field);
    assert.doesNotMatch(text, /<script>alert/);
    assert.deepEqual(served.daemon.keys, []);
    const clash = { ...filled, other: "192.168.26.9" };
    const invalid = await visitor.submit("/setup", "/setup/make", clash);
    assert.equal(invalid.status, 422);
    assert.match(invalid.text, /These do not fit together/);
  });
});
