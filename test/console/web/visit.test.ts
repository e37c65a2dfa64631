import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { serveConsole } from "../served-console.ts";
import { Visitor } from "../visitor.ts";

describe("a visit", () => {
  it("gives a new session at login, whatever id the browser came with", async (t) => {
    const { url } = await serveConsole(t);
    const victim = new Visitor(url);
    const planted = "A".repeat(43);
    victim.cookies.set("lvsd_session", planted);
    await victim.login("admin");
    const given = victim.cookies.get("lvsd_session");
    assert.notEqual(given, planted);
    const attacker = new Visitor(url);
    attacker.cookies.set("lvsd_session", planted);
    assert.equal((await attacker.get("/control")).status, 303);
    // A second login does not go on in the first session.
    await victim.submit("/control", "/logout");
    await victim.login("admin");
    assert.notEqual(victim.cookies.get("lvsd_session"), given);
  });

  it("keeps its cookies from scripts and from other sites", async (t) => {
    const { url } = await serveConsole(t);
    const visitor = new Visitor(url);
    const { headers } = await visitor.login("admin");
    const cookie = headers.getSetCookie().find((line) => line.startsWith("lvsd_session="));
    assert.match(cookie ?? "", /HttpOnly/);
    assert.match(cookie ?? "", /SameSite=Strict/);
  });
});
