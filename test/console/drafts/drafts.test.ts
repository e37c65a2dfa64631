import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { rebased } from "../../../src/console/drafts/draft.ts";
import { Drafts, draftOf } from "../../../src/console/drafts/drafts.ts";

const loaded = (text: string, serial = 1) => ({
  ...{ path: "/etc/lvsd/lvsd.yaml", serial, hash: `hash of ${text}`, text },
  includes: [],
});
const text = "serial: 1\n# the port\nport: 80\nname: a\n";

function user(name: string, drafts: Drafts, now: { text: string; serial?: number }) {
  return draftOf(name, drafts, { config: async () => loaded(now.text, now.serial) });
}

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

  it("is one user's alone, and takes a whole text", async () => {
    const drafts = new Drafts(() => 0);
    const [ann, bob] = [user("ann", drafts, { text }), user("bob", drafts, { text })];
    await ann.take("serial: 1\nport: 90\n");
    assert.equal(ann.present?.base.text, text);
    assert.equal(bob.present, null);
    ann.discard();
    assert.equal(ann.present, null);
  });

  it("is bounded in number and in size, and makes room when it was left alone for a day", async () => {
    let now = 0;
    const drafts = new Drafts(() => now);
    for (let at = 0; at < 32; at += 1)
      assert.ok("text" in (await user(`user${at}`, drafts, { text }).take("port: 1\n")));
    const late = user("late", drafts, { text });
    assert.deepEqual(await late.take("port: 1\n"), { refused: "too-many" });
    assert.deepEqual(await user("user1", drafts, { text }).take("x".repeat(5_000_000)), {
      refused: "too-large",
    });
    now += 25 * 3_600_000;
    assert.ok("text" in (await late.take("port: 1\n")));
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
