import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { refusedNow } from "../../../src/daemon/refused.ts";
import { sampleStatus } from "../../control/sample.ts";
import { serveConsole, visitorAs } from "../served-console.ts";

const rs1 = { server: "web", real: "rs1" };
const rs2 = { server: "web", real: "rs2" };
const path = (given: Record<string, string>) => `/maintenance?${new URLSearchParams(given)}`;

describe("MAINTENANCE", () => {
  it("is led to from the rows of who may, and shows the rates there", async (t) => {
    const served = await serveConsole(t);
    const page = await (await visitorAs(served, "webonly")).get("/control");
    assert.match(page.text, /href="\/maintenance\?server=web&amp;real=rs1"/);
    assert.doesNotMatch(page.text, /href="\/maintenance\?server=dns6/);
    // 42 connections, 123 kB in and 4.57 MB out a second of web.
    assert.match(page.text, />42<\/td><td class="number">123k<\/td><td class="number">4.57M</);
    const reader = await visitorAs(served, "reader");
    assert.doesNotMatch((await reader.get("/control")).text, /href="\/maintenance\?/);
    assert.equal((await reader.get(path(rs1))).status, 403);
  });

  it("drains, disables and enables in the name of the user", async (t) => {
    const served = await serveConsole(t);
    const visitor = await visitorAs(served, "admin");
    for (const order of ["drain", "disable", "enable"]) {
      const answer = await visitor.submit(path(rs2), `/maintenance/${order}`, rs2);
      assert.deepEqual([answer.status, answer.location], [303, path(rs2)], order);
    }
    assert.match((await visitor.get(path(rs2))).text, /Enable: web rs2/);
    const everywhere = { ...rs2, everywhere: "yes" };
    await visitor.submit(path(rs2), "/maintenance/drain", everywhere);
    const common = { virtualServer: "web", realServer: "rs2", by: "admin" };
    assert.deepEqual(
      served.daemon.ordered,
      [
        ...(["drain", "disable", "enable"] as const).map((order) => ({ order, everywhere: false })),
        { order: "drain", everywhere: true },
      ].map((each) => ({ ...common, ...each })),
    );
  });

  it("asks again before the last server goes that serves", async (t) => {
    const served = await serveConsole(t);
    const visitor = await visitorAs(served, "admin");
    assert.match((await visitor.get(path(rs1))).text, /No other real server of web serves now/);
    assert.doesNotMatch((await visitor.get(path(rs2))).text, /No other real server/);
    const unsure = await visitor.submit(path(rs1), "/maintenance/drain", rs1);
    assert.equal(unsure.status, 422);
    assert.match(unsure.text, /aria-describedby="sure-drain-wrong"/);
    const whole = { server: "web" };
    assert.equal((await visitor.submit(path(whole), "/maintenance/disable", whole)).status, 422);
    assert.deepEqual(served.daemon.ordered, []);
    for (const given of [rs1, whole]) {
      const sure = { ...given, sure: "yes" };
      assert.equal((await visitor.submit(path(given), "/maintenance/disable", sure)).status, 303);
    }
    assert.equal(served.daemon.ordered.length, 2);
  });

  it("lets an operator of some virtual servers touch no other", async (t) => {
    const served = await serveConsole(t);
    const visitor = await visitorAs(served, "webonly");
    const token = await visitor.tokenOf(path(rs2));
    const dns = { server: "dns6", real: "ns1", token };
    assert.equal((await visitor.post("/maintenance/drain", dns)).status, 403);
    const everywhere = { ...rs2, everywhere: "yes", token };
    assert.equal((await visitor.post("/maintenance/drain", everywhere)).status, 403);
    assert.match((await visitor.get(path({ server: "dns6", real: "ns1" }))).text, /no such server/);
    assert.deepEqual(served.daemon.ordered, []);
    assert.equal((await visitor.post("/maintenance/drain", { ...rs2, token })).status, 303);
    assert.equal(served.daemon.ordered.length, 1);
    const forged = await visitor.post("/maintenance/drain", { ...rs2, token: "none" });
    assert.equal(forged.status, 403);
  });

  it("shows whose order is in force, and what the daemon refuses", async (t) => {
    const served = await serveConsole(t);
    const order = { virtual_server: "web", real_server: "rs2", order: "drain" } as const;
    served.daemon.current = {
      ...sampleStatus,
      maintenance: [
        { ...order, by: "<b>ann</b>", since: "2026-01-01T00:00:00.000Z", connections: 3 },
      ],
    };
    served.daemon.drainRealServer = async () => refusedNow("this router still starts") as never;
    const visitor = await visitorAs(served, "admin");
    assert.match((await visitor.get("/control")).text, /drained by &lt;b&gt;ann/);
    assert.match((await visitor.get(path(rs2))).text, /drain, by &lt;b&gt;ann/);
    const refused = await visitor.submit(path(rs2), "/maintenance/drain", rs2);
    assert.equal(refused.status, 409);
    assert.match(refused.text, /this router still starts/);
    assert.match(refused.text, /Real server rs2 of web/);
  });
});
