import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { parseAddress } from "../../src/model/address.ts";
import { sampleStatus } from "../control/sample.ts";
import { serveConsole, visitorAs } from "./served-console.ts";

/** Looks again and again, as long as the test's own time lasts. */
async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await sleep(20);
}

describe("a running console", () => {
  it("takes over another allow-list and TLS without a restart, and keeps them", async (t) => {
    const served = await serveConsole(t);
    const plain = await visitorAs(served, "admin");
    assert.equal((await plain.get("/control")).status, 200);
    const listen = parseAddress("127.0.0.1");
    assert.ok(listen !== null);
    const tls = { certificate: null, key: null };
    served.daemon.console = { listen, port: 3636, allow: ["192.0.2.0/24"], tls };
    const { config } = sampleStatus;
    served.daemon.current = { ...sampleStatus, config: { ...config, hash: "1f".repeat(32) } };
    // The next page looks at the daemon, or fails since the listener is another one already.
    await until(async () => {
      await plain.get("/control").catch(() => {});
      return served.console.url?.startsWith("https:") ?? false;
    });
    const said = served.logged.find((line) => line.includes("self-made certificate")) ?? "";
    assert.match(said, /SHA-256 (?:[0-9A-F]{2}:){31}[0-9A-F]{2}/);
    assert.equal(statSync(join(served.stateDir, "self-made.pem")).mode & 0o777, 0o600);
    const kept = JSON.parse(readFileSync(join(served.stateDir, "settings.json"), "utf8"));
    assert.deepEqual(kept.allow, ["192.0.2.0/24"]);
  });

  it("works while the daemon is down, says so, and what to do", async (t) => {
    const never = await serveConsole(t, { daemon: false });
    const visitor = await visitorAs(never, "admin");
    const { text } = await visitor.get("/control");
    assert.match(text, /The lvsd daemon does not answer/);
    assert.match(text, /systemctl status lvsd/);
    const gone = await serveConsole(t);
    const other = await visitorAs(gone, "admin");
    assert.doesNotMatch((await other.get("/control")).text, /does not answer/);
    await gone.daemonEnds();
    await until(async () => (await other.get("/control")).text.includes("does not answer"));
    // What was known stays, with its time.
    assert.match((await other.get("/control")).text, /192\.168\.26\.10:80/);
    const refused = await other.submit("/control", "/control/switchover");
    assert.equal(refused.status, 409);
    assert.match(refused.text, /no daemon answers/);
  });

  it("shows a broken configuration with its places", async (t) => {
    const served = await serveConsole(t);
    const problem = {
      file: "/etc/lvsd/lvsd.yaml",
      line: 14,
      column: 9,
      message: 'unknown scheduler "wcl"',
      hint: 'did you mean "wlc"?',
    };
    const { config } = sampleStatus;
    served.daemon.current = { ...sampleStatus, config: { ...config, error: [problem] } };
    const visitor = await visitorAs(served, "reader");
    visitor.language = "ja";
    const { text } = await visitor.get("/control");
    assert.match(text, /設定ファイルが正しくありません/);
    assert.match(text, /lvsd\.yaml:14:9: unknown scheduler &quot;wcl&quot;/);
  });
});
