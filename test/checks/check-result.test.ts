import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { failed, failedBy, reasonCharactersMax } from "../../src/checks/check-result.ts";

describe("a failure", () => {
  it("says what happened in one bounded, printable line", () => {
    const said = failed("unreadable", `\x1b[31m${"é".repeat(500)}\n`);
    assert.match(said.why, /^[\x20-\x7e]+$/);
    assert.ok(said.why.length <= reasonCharactersMax);
  });

  it("is this machine's own where this machine lacks something", () => {
    const error = (code: string) => Object.assign(new Error("failed"), { code });
    assert.equal(failedBy(error("ECONNREFUSED"), "unreachable").reason, "unreachable");
    assert.equal(failedBy(error("EMFILE"), "unreachable").reason, "local");
    assert.equal(failedBy(error("EADDRNOTAVAIL"), "unreachable").reason, "local");
  });
});
