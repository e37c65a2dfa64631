import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { problemElsewhere } from "../../../../src/keys/problem.ts";
import { served } from "../../forms/edited.ts";
import { visitorAs } from "../../served-console.ts";

describe("the form of a real server", () => {
  it("try the check of a real server for those who operate it, and show what was said", async (t) => {
    const console = await served(t, "webonly");
    const fields = { vs: "web", server: "rs1" };
    const steps = [{ at_ms: 0.4, kind: "heard", text: "HTTP/1.1 503 <b>\u001b[31m" }] as const;
    const one = { type: "http", address: "10.11.12.1", port: 80, passed: false, took_ms: 1.2 };
    const tries = [{ ...one, reason: "status", why: "503 is not among 200-299", steps }];
    const server = { real_server: "rs1", address: "10.11.12.1", port: 80, passed: false, tries };
    console.daemon.probeRealServer = async () => ({ ok: true, passed: false, servers: [server] });
    const tried = await console.visitor.submit("/monitoring?vs=web", "/monitoring/try", fields);
    assert.equal(tried.status, 200);
    assert.match(tried.text, /role="region" aria-label="Conversation with/);
    assert.match(tried.text, /0\.4 ms ← HTTP\/1\.1 503 &lt;b&gt;/);
    assert.ok(!tried.text.includes("\u001b"));
    const token = await console.visitor.tokenOf("/control");
    const other = await console.visitor.post("/monitoring/try", { token, vs: "ns", server: "ns1" });
    assert.equal(other.status, 403);
    const reader = await visitorAs(console, "reader");
    const page = await reader.get("/monitoring?vs=web");
    assert.doesNotMatch(page.text, /action="\/monitoring\/try"/);
    const refused = await reader.post("/monitoring/try", {
      ...fields,
      token: await reader.tokenOf("/control"),
    });
    assert.equal(refused.status, 403);
    console.daemon.probeRealServer = async () => ({
      ok: false,
      fault: "now",
      problems: [problemElsewhere(`<b>no such server</b>`)],
    });
    const failed = await console.visitor.submit("/monitoring?vs=web", "/monitoring/try", fields);
    assert.match(failed.text, /&lt;b&gt;no such server/);
  });
});
