import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { pairConfig, pairText } from "../sample-pair.ts";
import { changed, hidden, served, write } from "./reviewed.ts";

describe("a draft in conflict", () => {
  it("brings a draft onto what was loaded meanwhile, or names what both changed", async (t) => {
    const { visitor, daemon } = await served(t);
    await write(visitor, changed);
    const seal = hidden((await visitor.get("/review")).text, "seal");
    const other = { ...pairConfig, serial: 8, hash: "1e".repeat(32) };
    daemon.loaded = { ...other, text: pairText.replace("port: 80", "port: 8080") };
    const { text } = await visitor.get("/review");
    assert.match(text, /brought onto serial 8/);
    assert.doesNotMatch(text, /port: 80$/m);
    // What was shown before is not applied.
    const late = await visitor.submit("/review", "/review/apply", { seal });
    assert.equal(late.status, 422);
    assert.match(late.text, /no longer those that were shown/);
    const third = { ...pairConfig, serial: 9, hash: "2d".repeat(32) };
    daemon.loaded = { ...third, text: pairText.replace("weight: 2", "weight: 3") };
    const conflict = (await visitor.get("/review")).text;
    assert.match(conflict, /virtual_servers\.web\.real_servers\.rs1\.weight/);
    assert.doesNotMatch(conflict, /action="\/review\/apply"/);
    assert.deepEqual(daemon.texts, []);
    await visitor.submit("/review", "/review/yield");
    assert.match((await visitor.get("/review")).text, /Nothing has been changed/);
  });
});
