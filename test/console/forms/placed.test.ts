import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parsed } from "../../../src/config/editing/with-edits.ts";
import { virtualServerKeys } from "../../../src/config/schema/virtual-server.ts";
import { readDraft } from "../../../src/console/drafts/read-draft.ts";
import { allParts } from "../../../src/console/forms/field.ts";
import { placed } from "../../../src/console/forms/placed.ts";
import { pairConfig, pairText } from "../sample-pair.ts";

describe("a problem of the text", () => {
  const root = ["virtual_servers", "web"];
  const parts = allParts(virtualServerKeys, ["check", "real_servers"]);
  const judged = (text: string) => {
    const read = readDraft(pairConfig, text);
    const problems = "problems" in read ? read.problems : [];
    return placed(problems, parts, { text, document: parsed(text), root });
  };

  it("stands at its field, wherever it was found", () => {
    const cases: readonly (readonly [string, string])[] = [
      [pairText.replace("port: 80", "port: 80000"), "port"],
      [pairText.replace("timeout: 300s", "timeout: 3"), ""],
      [pairText.replace("timeout: 300s", "timeout: soon"), "persistence.timeout"],
      [pairText.replace("port: 80\n", "scheduler: wcl\n    port: 80\n"), "scheduler"],
    ];
    for (const [text, name] of cases)
      assert.deepEqual([...judged(text).byName.keys()], name === "" ? [] : [name], name);
  });

  it("is distinguished from those of other entries", () => {
    const text = pairText
      .replace("port: 53", "port: 530000")
      .replace("address: 10.11.12.2", "x: 1");
    const { byName, within, elsewhere } = judged(text);
    assert.equal(byName.size, 0);
    assert.match(within[0]?.message ?? "", /rs2/);
    assert.ok(elsewhere.some(({ message }) => /virtual_servers\.ns\.port/.test(message)));
  });
});
