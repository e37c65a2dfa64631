import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { serveConsole, visitorAs } from "../served-console.ts";
import { password } from "../visitor.ts";

describe("PASSWORD", () => {
  it("ends with the password, in every browser, and with the logout", async (t) => {
    const served = await serveConsole(t);
    const here = await visitorAs(served, "admin");
    const there = await visitorAs(served, "admin");
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
