import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { serveConsole } from "../served-console.ts";
import { password, Visitor } from "../visitor.ts";

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
});
