import assert from "node:assert/strict";
import { hostname } from "node:os";
import { describe, it } from "node:test";
import { isAllowed, ownPath } from "../../../src/console/web/guard.ts";
import { cookieOf, send } from "../attacks/raw.ts";
import { serveConsole, visitorAs } from "../served-console.ts";

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

  it("know networks, and loopback in any case", () => {
    const allow = ["192.0.2.0/24", "2001:db8::/32"];
    for (const address of ["127.0.0.1", "::1", "192.0.2.7", "::ffff:192.0.2.7", "2001:db8:1::1"])
      assert.ok(isAllowed(address, allow), address);
    for (const address of ["192.0.3.7", "2001:db9::1", "::ffff:10.0.0.1", "no address"])
      assert.ok(!isAllowed(address, allow), address);
    assert.ok(isAllowed("203.0.113.9", []));
  });

  it("take a form under names alone that no other site can have", async (t) => {
    const served = await serveConsole(t);
    const visitor = await visitorAs(served, "admin");
    const token = await visitor.tokenOf("/control");
    const { port } = new URL(served.url);
    const cookie = cookieOf(visitor);
    const body = new URLSearchParams({ token }).toString();
    const statusUnder = async (name: string): Promise<number> => {
      const host = `${name}:${port}`;
      const headers = { cookie, host, origin: `http://${host}` };
      return (await send(served.url, "/control/reload", { method: "POST", headers, body })).status;
    };
    const own = ["127.0.0.1", "localhost", "LOCALHOST", "a.localhost", "[::1]", hostname()];
    for (const name of own) assert.equal(await statusUnder(name), 303, name);
    for (const name of ["evil.example", "localhost.evil.example", "127.0.0.1.nip.example", "1x"])
      assert.equal(await statusUnder(name), 421, name);
    assert.equal(served.daemon.forced.length, own.length);
  });

  it("know their own paths", () => {
    for (const path of ["/control", "/control?find=a%20b&page=2", "/"])
      assert.equal(ownPath(path), path);
    for (const path of ["//x", "/\\x", "https://x", "x", "", "/a\r\nset-cookie: x", null])
      assert.equal(ownPath(path), "/");
  });
});
