import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { meanSame, merge } from "../../../src/config/editing/merge.ts";
import { parsed } from "../../../src/config/editing/with-edits.ts";

const base = "serial: 3\n# web\nweb: { port: 80, check: { type: tcp } }\nmail:\n  port: 25 # MX\n";

describe("merging two changes of one configuration", () => {
  it("takes what each side changed alone, and keeps the comments of the loaded text", () => {
    const merged = merge({
      base,
      mine: base.replace("port: 80", "port: 8080").replace("type: tcp", "type: http"),
      theirs: base.replace("serial: 3", "serial: 4").replace("25 # MX", "587 # submission"),
    });
    assert.ok(merged.kind === "merged");
    assert.equal(
      merged.text,
      "serial: 4\n# web\nweb: { port: 8080, check: { type: http } }\nmail:\n  port: 587 # submission\n",
    );
    assert.deepEqual(
      merged.taken.map(({ path }) => path),
      [
        ["web", "port"],
        ["web", "check", "type"],
      ],
    );
  });

  it("decides nothing where both changed the same key, and names it with all three values", () => {
    const texts = {
      base,
      mine: base.replace("port: 80", "port: 81").replace("port: 25", "port: 26"),
      theirs: base.replace("port: 80", "port: 82"),
    };
    const merged = merge(texts);
    assert.deepEqual(merged, {
      kind: "conflict",
      conflicts: [{ path: ["web", "port"], base: 80, mine: 81, theirs: 82 }],
    });
    const yielded = merge(texts, true);
    assert.ok(yielded.kind === "merged");
    assert.equal(yielded.text, texts.theirs.replace("port: 25", "port: 26"));
  });

  it("sees a conflict where one side removes what the other one changes in it", () => {
    const mine = base.replace("mail:\n  port: 25 # MX\n", "");
    const theirs = base.replace("port: 25", "port: 26");
    for (const sides of [
      { mine, theirs },
      { mine: theirs, theirs: mine },
    ]) {
      const merged = merge({ base, ...sides });
      assert.ok(merged.kind === "conflict");
      assert.deepEqual(merged.conflicts[0]?.path, ["mail"]);
    }
  });

  it("takes the same change of both sides once", () => {
    const changed = base.replace("port: 80", "port: 81");
    assert.deepEqual(merge({ base, mine: changed, theirs: changed }), {
      kind: "merged",
      text: changed,
      taken: [],
    });
  });

  it("gives up on what is not YAML, and on what is shared", () => {
    assert.ok(merge({ base, mine: base, theirs: base }).kind === "merged");
    assert.equal(merge({ base, mine: "a: [", theirs: base }).kind, "impossible");
    const shared = "a: &x { n: 1 }\nb: *x\nc: 1\n";
    const mine = "a: { n: 1 }\nb: { n: 2 }\nc: 1\n";
    const merged = merge({ base: shared, mine, theirs: shared.replace("c: 1", "c: 2") });
    assert.equal(merged.kind, "impossible");
  });

  it("is what both sides wanted, in either order, wherever there is no conflict", () => {
    const key = fc.constantFrom("a", "b", "c");
    const map = fc.dictionary(key, fc.dictionary(key, fc.nat(3)), { noNullPrototype: true });
    fc.assert(
      fc.property(map, map, map, (one, two, three) => {
        const texts = { base: JSON.stringify(one), mine: JSON.stringify(two) };
        const theirs = JSON.stringify(three);
        const merged = merge({ ...texts, theirs });
        const other = merge({ base: texts.base, mine: theirs, theirs: texts.mine });
        assert.equal(merged.kind, other.kind);
        if (merged.kind !== "merged" || other.kind !== "merged") return;
        assert.ok(meanSame(merged.text, other.text), `${merged.text}\n${other.text}`);
        const said = parsed(merged.text).toJS() as typeof one;
        const present = (of: typeof one, name: string, at: string) => of[name]?.[at];
        for (const name of ["a", "b", "c"])
          for (const at of ["a", "b", "c"]) {
            const values = [one, two, three].map((of) => present(of, name, at));
            const wanted = values[1] === values[0] ? values[2] : values[1];
            assert.equal(present(said, name, at), wanted);
          }
      }),
      { numRuns: 300 },
    );
  });
});
