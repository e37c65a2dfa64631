import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Drafts } from "../../../src/console/drafts/drafts.ts";
import { text, user } from "./drafted.ts";

describe("a draft", () => {
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
});
