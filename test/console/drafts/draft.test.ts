import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { rebased } from "../../../src/console/drafts/draft.ts";
import { Drafts } from "../../../src/console/drafts/drafts.ts";
import { loaded, text, user } from "./drafted.ts";

describe("a draft", () => {
  it("begins on what is loaded, collects edits, and is gone when nothing is left of them", async () => {
    const draft = user("ann", new Drafts(() => 0), { text });
    assert.equal((await draft.open()).text, text);
    await draft.edit([{ kind: "set", path: ["port"], value: 81 }]);
    await draft.edit([{ kind: "set", path: ["name"], value: "b" }]);
    const wanted = "serial: 1\n# the port\nport: 81\nname: b\n";
    assert.equal(draft.present?.text, wanted);
    assert.equal((await draft.open()).text, wanted);
    await draft.edit([
      { kind: "set", path: ["port"], value: 80 },
      { kind: "set", path: ["name"], value: "a" },
    ]);
    assert.ok(draft.present === null);
  });

  it("says why a place cannot be edited, and stays as it was", async () => {
    const draft = user("ann", new Drafts(() => 0), { text: "a: &x { n: 1 }\nb: *x\n" });
    const refused = await draft.edit([{ kind: "set", path: ["b", "n"], value: 2 }]);
    assert.ok("refused" in refused && refused.refused === "not-editable");
    assert.ok(draft.present === null);
  });

  it("moves to what was loaded since, comments of both included, or is in conflict", async () => {
    const now = { text, serial: 1 };
    const draft = user("ann", new Drafts(() => 0), now);
    await draft.take(text.replace("# the port\nport: 80", "# our port\nport: 81"));
    now.text = `${text}# added\nzone: 1\n`;
    const moved = await draft.rebase();
    assert.ok(moved?.kind === "fits" && moved.moved);
    assert.equal(
      draft.present?.text,
      "serial: 1\n# our port\nport: 81\nname: a\n# added\nzone: 1\n",
    );
    now.text = text.replace("80", "82");
    const conflict = await draft.rebase();
    assert.ok(conflict?.kind === "conflict");
    assert.deepEqual(
      conflict.conflicts.map(({ path }) => path),
      [["port"]],
    );
    assert.match(draft.present?.text ?? "", /port: 81/);
    // What is loaded may be kept for these keys.
    const yielded = await draft.rebase(true);
    assert.ok(yielded?.kind === "fits");
    assert.ok(draft.present === null);
  });

  it("that changes nothing follows what is loaded", () => {
    const base = loaded(text);
    const result = rebased({ base, text, begun: 0 }, loaded("serial: 2\n"));
    assert.ok(result.kind === "fits" && result.draft.text === "serial: 2\n");
  });
});
