import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { Names } from "../../../src/config/import/names.ts";

describe("names of an import", () => {
  it("stay what they are where they can", () => {
    const names = new Names();
    assert.equal(names.give("web-1.example_com", "server"), "web-1.example_com");
  });

  it("lose what a name may not have, at their ends and within", () => {
    const names = new Names();
    assert.equal(names.give("  my server!", "server"), "my-server");
    assert.equal(names.give("[2001:db8::1]:80", "server"), "2001-db8-1-80");
    assert.equal(names.give("...", "server"), "server");
    assert.equal(names.give("", "server"), "server-2");
  });

  it("are each given once, with a number behind the second", () => {
    const names = new Names();
    assert.deepEqual(
      ["web", "web", "web-2", "web"].map((name) => names.give(name, "server")),
      ["web", "web-2", "web-2-2", "web-3"],
    );
  });

  it("are sound, different and no longer than 63 characters, whatever is wanted", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 80 }), { maxLength: 30 }), (wanted) => {
        const names = new Names();
        const given = [...wanted, ...wanted].map((name) => names.give(name, "server"));
        assert.equal(new Set(given).size, given.length);
        for (const name of given) assert.match(name, /^[A-Za-z0-9_][A-Za-z0-9._-]{0,62}$/);
      }),
      { numRuns: 200 },
    );
  });
});
