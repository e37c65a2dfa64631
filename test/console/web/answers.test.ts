import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { serveConsole, visitorAs } from "../served-console.ts";

describe("an answer of the console", () => {
  it("say with each answer that nothing is loaded from elsewhere, framed or kept", async (t) => {
    const served = await serveConsole(t);
    const visitor = await visitorAs(served, "admin");
    for (const path of ["/control", "/login", "/no-such-page"]) {
      const { headers } = await visitor.get(path);
      const policy = headers.get("content-security-policy") ?? "";
      assert.match(policy, /default-src 'none'/);
      assert.doesNotMatch(policy, /unsafe|\*|http/);
      assert.match(policy, /frame-ancestors 'none'/);
      assert.equal(headers.get("x-content-type-options"), "nosniff");
      assert.equal(headers.get("cache-control"), "no-store");
    }
  });
});
