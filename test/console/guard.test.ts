import assert from "node:assert/strict";
import { connect } from "node:net";
import { describe, it } from "node:test";
import { isAllowed, ownPath } from "../../src/console/web/guard.ts";
import type { LvsdEvent } from "../../src/model/event.ts";
import { sampleStatus } from "../control/sample.ts";
import { serveConsole, visitorAs } from "./served-console.ts";

describe("the console's guards", () => {
  it("let a form through with its token, and no other", async (t) => {
    const served = await serveConsole(t);
    const visitor = await visitorAs(served, "admin");
    const right = await visitor.submit("/control", "/control/switchover");
    assert.equal(right.status, 303);
    assert.match((await visitor.get("/control")).text, /handed over in 31 ms/);
    assert.equal(served.daemon.audited.length, 1);
    assert.match(served.daemon.audited[0]?.by ?? "", /^admin through (?:root|user \d+)$/);
    const stranger = await visitorAs(served, "admin");
    for (const token of ["", "none", await stranger.tokenOf("/control")]) {
      const forged = await visitor.post("/control/switchover", { token });
      assert.equal(forged.status, 403, token);
    }
    assert.equal((await visitor.post("/control/switchover", {})).status, 403);
    assert.equal(served.daemon.audited.length, 1);
  });

  it("turn away what another site's page sends, with the right token even", async (t) => {
    const served = await serveConsole(t);
    const visitor = await visitorAs(served, "admin");
    const token = await visitor.tokenOf("/control");
    const from: readonly Record<string, string>[] = [
      { origin: "https://evil.example" },
      { origin: "null" },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
    ];
    for (const headers of from)
      assert.equal((await visitor.post("/control/reload", { token }, headers)).status, 403);
    assert.equal(served.daemon.forced.length, 0);
    const own = { origin: served.url, "sec-fetch-site": "same-origin" };
    assert.equal((await visitor.post("/control/reload", { token }, own)).status, 303);
    assert.equal(served.daemon.forced.length, 1);
  });

  it("let a read-only user change nothing, whatever is sent in its name", async (t) => {
    const served = await serveConsole(t);
    const visitor = await visitorAs(served, "reader");
    const page = await visitor.get("/control");
    assert.doesNotMatch(page.text, /action="\/control\/(?:switchover|reload)"/);
    const token = await visitor.tokenOf("/control");
    for (const path of ["/control/switchover", "/control/reload"])
      assert.equal((await visitor.post(path, { token })).status, 403, path);
    assert.deepEqual([served.daemon.forced, served.daemon.audited], [[], []]);
  });

  it("keep an operator of some virtual servers from what concerns the router", async (t) => {
    const served = await serveConsole(t);
    const visitor = await visitorAs(served, "webonly");
    const token = await visitor.tokenOf("/control");
    for (const path of ["/control/switchover", "/control/reload"])
      assert.equal((await visitor.post(path, { token })).status, 403, path);
    assert.deepEqual(served.daemon.audited, []);
  });

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

  it("give no file of the machine, however the path is written", async (t) => {
    const { url, stateDir } = await serveConsole(t);
    const paths = [
      "/assets/../../../../etc/passwd",
      "/assets/..%2f..%2f..%2fetc%2fpasswd",
      "/assets/%2e%2e/%2e%2e/etc/passwd",
      "/..%5c..%5cetc/passwd",
      `/assets/${stateDir}/users.json`,
      "/assets//etc/passwd",
    ];
    const { port } = new URL(url);
    for (const path of paths) {
      const said = await converse(
        Number(port),
        `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`,
      );
      assert.match(said, /^HTTP\/1\.1 (?:404|400|303)/, path);
      assert.doesNotMatch(said, /root:|scrypt/, path);
    }
  });

  it("refuse forms that are too large, of another kind, or no HTTP at all", async (t) => {
    const served = await serveConsole(t);
    const visitor = await visitorAs(served, "admin");
    const token = await visitor.tokenOf("/control");
    const large = await visitor.post("/control/reload", { token, x: "x".repeat(70_000) });
    assert.equal(large.status, 413);
    const json = await visitor.post(
      "/control/reload",
      { token },
      { "content-type": "application/json" },
    );
    assert.equal(json.status, 415);
    const port = Number(new URL(served.url).port);
    assert.match(await converse(port, "nonsense\r\n\r\n"), /^HTTP\/1\.1 400/);
    const head = `GET / HTTP/1.1\r\nhost: x\r\nx: ${"x".repeat(40_000)}\r\n\r\n`;
    assert.match(await converse(port, head), /^HTTP\/1\.1 431/);
    assert.equal(served.daemon.forced.length, 0);
    assert.equal((await visitor.get("/control")).status, 200);
  });

  it("wait for no request that does not arrive, in its head, its form or its files", async (t) => {
    const served = await serveConsole(t, { requestMs: 400 });
    const visitor = await visitorAs(served, "admin");
    const cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const head = (type: string) =>
      `POST /import/read HTTP/1.1\r\nhost: x\r\ncookie: ${cookie}\r\ncontent-type: ${type}\r\ncontent-length: 1000\r\n\r\n`;
    const port = Number(new URL(served.url).port);
    const slow = [
      "",
      "GET /login HTTP/1.1\r\nhost: x\r\n",
      `${head("application/x-www-form-urlencoded")}token=`,
      `${head("multipart/form-data; boundary=b")}--b\r\ncontent-disposition: form-data; name=x\r\n\r\n`,
    ];
    const began = performance.now();
    const said = await Promise.all(slow.map((bytes) => converse(port, bytes)));
    for (const answer of said) assert.ok(answer === "" || /^HTTP\/1\.1 4/.test(answer), answer);
    assert.ok(performance.now() - began < 10_000);
    assert.equal((await visitor.get("/control")).status, 200);
  });

  it("ask a stranger for nothing before the login: its form is not read", async (t) => {
    const { url } = await serveConsole(t);
    const port = Number(new URL(url).port);
    const head =
      "POST /control/reload HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 60000\r\nconnection: close\r\n\r\n";
    // The answer comes although the body never does.
    assert.match(await converse(port, head), /^HTTP\/1\.1 303/);
  });

  it("show markup in every text of the daemon as text", async (t) => {
    const served = await serveConsole(t);
    const evil = `"><script>alert(1)</script><img src=x onerror='alert(1)'>`;
    const poisoned = JSON.parse(JSON.stringify(sampleStatus), (_, value: unknown) =>
      typeof value === "string" && !/^\d{4}-/.test(value) ? `${value}${evil}` : value,
    );
    // Words that choose what is shown stay what they are.
    served.daemon.current = { ...poisoned, role: "primary", state: `active${evil}` };
    served.daemon.known = [
      { ...(poisonedEvent(evil) as LvsdEvent) },
      { ...(poisonedEvent(`' onmouseover='alert(1)`) as LvsdEvent) },
    ];
    const visitor = await visitorAs(served, "admin");
    const { text } = await visitor.get(`/control?find=${encodeURIComponent(evil.slice(0, 40))}`);
    const whole = (await visitor.get("/control")).text;
    for (const page of [text, whole]) {
      assert.doesNotMatch(page, /<script>alert|<img src=x|onmouseover='alert/);
      assert.match(page, /&lt;script&gt;/);
    }
    const login = await visitor.post("/login", { user: evil, password: "x", to: evil });
    assert.doesNotMatch(login.text, /<script>alert|<img/);
  });

  it("know networks, and loopback in any case", () => {
    const allow = ["192.0.2.0/24", "2001:db8::/32"];
    for (const address of ["127.0.0.1", "::1", "192.0.2.7", "::ffff:192.0.2.7", "2001:db8:1::1"])
      assert.ok(isAllowed(address, allow), address);
    for (const address of ["192.0.3.7", "2001:db9::1", "::ffff:10.0.0.1", "no address"])
      assert.ok(!isAllowed(address, allow), address);
    assert.ok(isAllowed("203.0.113.9", []));
  });

  it("know their own paths", () => {
    for (const path of ["/control", "/control?find=a%20b&page=2", "/"])
      assert.equal(ownPath(path), path);
    for (const path of ["//x", "/\\x", "https://x", "x", "", "/a\r\nset-cookie: x", null])
      assert.equal(ownPath(path), "/");
  });
});

const poisonedEvent = (evil: string): object => ({
  ...{ at: `2026-01-01T00:00:00.000Z${evil}`, severity: "info", message: `x${evil}` },
  ...{ event: "state", kind: "changed", from: "standby", to: "active", cause: evil },
});

/** Everything that the console says to raw bytes until it closes the connection. */
function converse(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let heard = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    socket.setEncoding("utf8");
    socket.on("data", (text) => {
      heard += text;
    });
    socket.on("error", () => socket.destroy());
    socket.on("close", () => resolve(heard));
  });
}
