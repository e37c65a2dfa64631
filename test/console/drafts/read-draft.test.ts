import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readDraft } from "../../../src/console/drafts/read-draft.ts";
import { pairConfig, pairText } from "../sample-pair.ts";

describe("reading a draft in the console", () => {
  it("finds included files by their patterns, and waits for the daemon's word on others", () => {
    const read = readDraft(pairConfig, pairText);
    assert.ok("config" in read, JSON.stringify(read));
    assert.deepEqual(read.config.virtualServers.map(({ name }) => name).sort(), [
      "mail",
      "ns",
      "web",
    ]);
    const other = readDraft(pairConfig, pairText.replace("teams/*.yaml", "other.yaml"));
    assert.ok("config" in other && other.config.virtualServers.length === 2);
  });
});
