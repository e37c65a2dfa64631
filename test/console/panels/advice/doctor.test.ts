import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Found } from "../../../../src/advice/findings/findings.ts";
import { sampleFindings } from "../../../control/sample-reports.ts";
import { serveConsole, visitorAs } from "../../served-console.ts";

const found: Found = {
  finding: "rp-filter",
  severity: "prevents",
  says: "Replies are dropped.",
  seen: "net.ipv4.conf.<b>eth0</b>.rp_filter is 1",
  remedy: "sysctl -w net.ipv4.conf.eth0.rp_filter=0",
};

describe("DOCTOR", () => {
  it("shows what is found with its remedy, and examines once for all who look", async (t) => {
    const served = await serveConsole(t);
    let asked = 0;
    served.daemon.found = async () => {
      asked += 1;
      return {
        ...sampleFindings,
        ok: false,
        findings: [found],
        real_servers: { asked: 512, all: 4000 },
      };
    };
    const reader = await visitorAs(served, "reader");
    const admin = await visitorAs(served, "admin");
    for (const visitor of [reader, admin]) {
      const { text } = await visitor.get("/doctor");
      assert.match(text, /prevents service/);
      assert.match(text, /net\.ipv4\.conf\.&lt;b&gt;eth0/);
      assert.match(text, /<code>sysctl -w net\.ipv4\.conf\.eth0\.rp_filter=0<\/code>/);
      assert.match(text, /512 of 4000 real servers were asked/);
    }
    assert.equal(asked, 1);
    assert.equal((await admin.submit("/doctor", "/doctor/run")).status, 303);
    await admin.get("/doctor");
    assert.equal(asked, 2);
    assert.equal((await admin.post("/doctor/run", {})).status, 403);
  });

  it("lets no page wait for an examination that takes long, and says what failed", async (t) => {
    const served = await serveConsole(t);
    const slow = Promise.withResolvers<typeof sampleFindings>();
    served.daemon.found = () => slow.promise;
    const visitor = await visitorAs(served, "admin");
    assert.match((await visitor.get("/doctor")).text, /The examination is under way/);
    slow.resolve(sampleFindings);
    assert.match((await visitor.get("/doctor")).text, /Nothing was found that speaks against/);
    await served.daemonEnds();
    await visitor.submit("/doctor", "/doctor/run");
    const failed = (await visitor.get("/doctor")).text;
    assert.match(failed, /The last examination failed/);
    // What was found before stays, with its time.
    assert.match(failed, /Examined at 2026-01-01 00:01:00 UTC/);
  });
});
