import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { serveConsole, visitorAs } from "../../served-console.ts";

describe("REAL SERVER SCRIPT", () => {
  it("shows and saves the script that was chosen", async (t) => {
    const served = await serveConsole(t);
    const asked: object[] = [];
    const { realServerScript } = served.daemon;
    served.daemon.realServerScript = async (given) => {
      asked.push(given);
      return realServerScript(given);
    };
    const visitor = await visitorAs(served, "reader");
    assert.match((await visitor.get("/script")).text, /Choose a virtual server/);
    assert.deepEqual(asked, []);
    const query = { server: "web", real: "rs1", method: "nft", format: "script", undo: "yes" };
    const path = `/script?${new URLSearchParams(query)}`;
    const { text } = await visitor.get(path);
    assert.match(text, /<code>#!\/bin\/sh\n# web undo\n<\/code>/);
    assert.match(text, /<option value="rs1" selected>/);
    assert.deepEqual(asked, [
      {
        virtualServer: "web",
        realServer: "rs1",
        method: "nft",
        format: "script",
        undo: true,
      },
    ]);
    const saved = await visitor.submit(path, "/script/save", query);
    assert.match(saved.headers.get("content-disposition") ?? "", /"lvsd-web-rs1-undo\.sh"/);
    assert.equal(saved.text, "#!/bin/sh\n# web undo\n");
  });

  it("takes no method that there is not, and shows texts as texts", async (t) => {
    const served = await serveConsole(t);
    served.daemon.realServerScript = async ({ method }) => ({
      ok: true,
      method: "nft",
      warning: `<i>${method}</i>`,
      text: "</code><script>x</script>",
    });
    const visitor = await visitorAs(served, "admin");
    const { text } = await visitor.get("/script?server=web&method=%3Cx%3E&format=..%2F");
    assert.match(text, /&lt;i&gt;null&lt;\/i&gt;/);
    assert.match(text, /&lt;\/code&gt;&lt;script&gt;x/);
    assert.doesNotMatch(text, /<script>x|<i>/);
  });
});
