import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { piranha, upload } from "../../import/imported.ts";
import { serveConsole, visitorAs } from "../../served-console.ts";

const yamlIn = (page: string): string =>
  (/<textarea id="yaml"[^>]*>\n([^<]*)<\/textarea>/.exec(page)?.[1] ?? "")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&");

describe("IMPORT", () => {
  it("reads a file that is uploaded, reports below its lines, and makes it the draft", async (t) => {
    const served = await serveConsole(t);
    const visitor = await visitorAs(served, "admin");
    const { status, text } = await upload(visitor, [["lvs.cf", piranha]]);
    assert.equal(status, 200);
    assert.match(text, /Read as files of piranha/);
    assert.match(text, /<th scope="row" class="number">\d+<\/th><td><code>/);
    const yaml = yamlIn(text);
    assert.match(yaml, /primary: \{ public: 192\.168\.26\.9 \}/);
    const taken = await visitor.submit("/import", "/import/take", { yaml });
    assert.deepEqual([taken.status, taken.location], [303, "/review"]);
    const review = (await visitor.get("/review")).text;
    assert.match(review, /It is the draft now/);
    assert.match(review, /192\.168\.26\.9/);
  });
});
