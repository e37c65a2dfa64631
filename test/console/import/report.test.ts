import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { serveConsole, visitorAs } from "../served-console.ts";
import { piranha, upload } from "./imported.ts";

const evil = `"><script>alert(1)</script>`;

describe("the report of IMPORT", () => {
  it("shows what is hostile in names, lines and findings as text", async (t) => {
    const visitor = await visitorAs(await serveConsole(t), "admin");
    const hostile = piranha
      .replace("virtual web", `virtual ${evil}`)
      .replace("debug_level = NONE", `debug_level = ${evil}\nunknown_${evil} = 1`);
    for (const text of [hostile, evil, `! Configuration File\nvrrp_instance ${evil} {\n`]) {
      const answer = await upload(visitor, [[`${evil}.cf`, text]], { from: "" });
      assert.doesNotMatch(answer.text, /<script>alert/);
      assert.match(answer.text, /&lt;script&gt;/);
    }
    const latin = Buffer.from(`# M\xfcller\n${piranha}`, "latin1");
    assert.equal((await upload(visitor, [["lvs.cf", latin]])).status, 200);
  });
});
