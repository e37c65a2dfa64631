import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { serveConsole, visitorAs } from "./served-console.ts";
import { password, Visitor } from "./visitor.ts";

describe("login", () => {
  it("leads a stranger from every panel to the login, and back after it", async (t) => {
    const { url } = await serveConsole(t);
    const visitor = new Visitor(url);
    const sent = await visitor.get("/help");
    assert.equal(sent.status, 303);
    assert.equal(sent.location, "/login?to=%2Fhelp");
    const token = await visitor.tokenOf("/login?to=%2Fhelp");
    const fields = { token, user: "admin", password, to: "/help" };
    const inside = await visitor.post("/login", fields);
    assert.equal(inside.location, "/help");
    assert.match((await visitor.get("/help")).text, /virtual_servers\.\*\.scheduler/);
  });

  it("says the same of a wrong user and of a wrong password", async (t) => {
    const { url } = await serveConsole(t);
    const visitor = new Visitor(url);
    const wrong = await visitor.login("admin", "something else");
    const unknown = await visitor.login("nobody", "something else");
    assert.equal(wrong.status, 403);
    assert.equal(unknown.status, 403);
    for (const { text } of [wrong, unknown]) assert.match(text, /User or password is wrong/);
    assert.equal((await visitor.get("/control")).status, 303);
  });

  it("says how to make the first user where there is none", async (t) => {
    const { url } = await serveConsole(t, { users: [] });
    assert.match((await new Visitor(url).get("/login")).text, /lvsd passwd admin/);
  });

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

  it("lets nobody try passwords without end, and says how long to wait", async (t) => {
    const { url } = await serveConsole(t);
    const visitor = new Visitor(url);
    for (let at = 0; at < 10; at += 1)
      assert.equal((await visitor.login("admin", `guess number ${at}`)).status, 403);
    const refused = await visitor.login("admin");
    assert.equal(refused.status, 429);
    assert.ok(Number(refused.headers.get("retry-after")) > 0);
    // Many at once gain nothing either.
    const token = await visitor.tokenOf("/login");
    const many = await Promise.all(
      Array.from({ length: 20 }, () =>
        visitor.post("/login", { token, user: "admin", password: "x" }),
      ),
    );
    assert.deepEqual(new Set(many.map(({ status }) => status)), new Set([429]));
  });

  it("goes nowhere but to its own pages afterwards", async (t) => {
    const { url } = await serveConsole(t);
    for (const to of [
      "//evil.example/",
      "/\\evil.example",
      "https://evil.example/",
      "javascript:x",
    ]) {
      const visitor = new Visitor(url);
      const token = await visitor.tokenOf("/login");
      const { location } = await visitor.post("/login", { token, user: "admin", password, to });
      assert.equal(location, "/");
    }
  });

  it("ends with the password, in every browser, and with the logout", async (t) => {
    const served = await serveConsole(t);
    const [here, there] = [await visitorAs(served, "admin"), await visitorAs(served, "admin")];
    assert.equal((await there.get("/control")).status, 200);
    const fresh = "another good password";
    const fields = { present: password, fresh, again: fresh };
    const changed = await here.submit("/password", "/password/change", fields);
    assert.equal(changed.status, 303);
    for (const visitor of [here, there]) assert.equal((await visitor.get("/control")).status, 303);
    assert.equal((await here.login("admin")).status, 403);
    assert.equal((await here.login("admin", fresh)).status, 303);
    await here.submit("/control", "/logout");
    assert.equal((await here.get("/control")).status, 303);
  });

  it("changes no password for who does not know the present one", async (t) => {
    const served = await serveConsole(t);
    const visitor = await visitorAs(served, "reader");
    const change = (present: string, fresh: string, again = fresh) =>
      visitor.submit("/password", "/password/change", { present, fresh, again });
    assert.match((await change("wrong", "long enough now")).text, /not your present password/);
    assert.match((await change(password, "short")).text, /at least 8 characters/);
    assert.match((await change(password, "long enough now", "other")).text, /passwords differ/);
    assert.equal((await visitor.get("/control")).status, 200);
  });
});
