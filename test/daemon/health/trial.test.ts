/** `lvsd probe` as the daemon answers it, against servers of a few lines on loopback. */
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { runCheck } from "../../../src/checks/check.ts";
import { probeServers } from "../../../src/daemon/health/trial.ts";
import { seconds } from "../../../src/model/time.ts";
import { httpCheck, loopback } from "../../checks/servers.ts";
import { config, realServer, tcpCheck, virtualServer } from "../../table/configs.ts";

/** A server that answers everything with `answer`; its port. */
const serving = (t: TestContext, answer: string): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => socket.end(answer));
    });
    t.after(() => server.close());
    server.listen(0, loopback, () => {
      const at = server.address();
      resolve(typeof at === "object" && at !== null ? at.port : 0);
    });
  });

describe("probing real servers", { timeout: 20_000 }, () => {
  it("shows what was said and heard, with times, and the verdict of each", async (t) => {
    const port = await serving(t, "HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n");
    const check = httpCheck({ path: "/health", headers: { authorization: "Basic YTpi" } });
    const rs1 = realServer("rs1", { address: loopback, port, check });
    const rs2 = realServer("rs2", { address: loopback, port, check: tcpCheck() });
    const rs3 = realServer("rs3", { address: loopback, port, check: { type: "none" } });
    const whole = config(virtualServer("web", { realServers: [rs1, rs2, rs3] }));
    const all = { virtualServer: "web", realServer: null };
    const report = await probeServers(whole, all, runCheck);
    assert.ok(report.ok);
    assert.deepEqual(
      report.servers.map(({ real_server, passed }) => [real_server, passed]),
      [
        ["rs1", false],
        ["rs2", true],
        ["rs3", true],
      ],
    );
    assert.equal(report.passed, false);
    const [tried] = report.servers[0]?.tries ?? [];
    assert.deepEqual([tried?.type, tried?.reason], ["http", "unexpected"]);
    assert.match(tried?.why ?? "", /^status 503/);
    assert.deepEqual(
      tried?.steps.map(({ kind }) => kind),
      ["note", "sent", "heard"],
    );
    const [connected, sent, heard] = tried?.steps ?? [];
    assert.match(connected?.text ?? "", /^connected/);
    assert.match(sent?.text ?? "", /^GET \/health HTTP\/1.1[\s\S]*authorization: <hidden>/i);
    assert.match(heard?.text ?? "", /^HTTP\/1.1 503 Busy/);
    assert.doesNotMatch(JSON.stringify(report), /YTpi/);
  });

  it("one of several that may pass is enough; else all must", async (t) => {
    const port = await serving(t, "");
    const dead = tcpCheck({ port: 1, timeout: seconds(1) });
    const of = async (any: boolean) => {
      const check = { type: "several", any, checks: [dead, tcpCheck()] } as const;
      const rs1 = realServer("rs1", { address: loopback, port, check });
      const report = await probeServers(
        config(virtualServer("web", { realServers: [rs1] })),
        { virtualServer: "web", realServer: "rs1" },
        runCheck,
      );
      assert.ok(report.ok);
      assert.equal(report.servers[0]?.tries.length, 2);
      return report.passed;
    };
    assert.deepEqual([await of(true), await of(false)], [true, false]);
  });

  it("a name that is not configured is a mistake in what was typed", async () => {
    const whole = config(virtualServer("web", { realServers: [realServer("rs1")] }));
    for (const [virtualServerName, name, hint] of [
      ["wbe", null, "web"],
      ["web", "rs2", "rs1"],
    ] as const) {
      const trial = { virtualServer: virtualServerName, realServer: name };
      const report = await probeServers(whole, trial, runCheck);
      assert.ok(!report.ok);
      assert.equal(report.fault, "text");
      assert.ok(report.problems[0]?.hint?.includes(hint));
    }
  });

  it("tries another check by its keys, on the real servers of a name too", async (t) => {
    const port = await serving(t, "HTTP/1.1 204 No\r\n\r\n");
    const rs1 = realServer("rs1", { address: loopback, port, check: tcpCheck() });
    const one = { ...rs1, name: "app@127.0.0.1", named: "app" };
    const whole = config(virtualServer("web", { realServers: [rs1, one] }));
    const probe = (realServerName: string, check: unknown) =>
      probeServers(
        whole,
        { virtualServer: "web", realServer: realServerName, check: JSON.stringify(check) },
        runCheck,
      );
    const passed = await probe("app", { type: "http", path: "/x", status: [200, 204] });
    assert.ok(passed.ok && passed.passed);
    assert.match(passed.servers[0]?.tries[0]?.steps[1]?.text ?? "", /^GET \/x/);
    const failed = await probe("rs1", { type: "http", status: 200 });
    assert.ok(failed.ok && !failed.passed);
    const wrong: readonly (readonly [unknown, RegExp])[] = [
      [{ type: "htp" }, /unknown type of check "htp"/],
      [{ type: "http", pth: "/" }, /pth/],
      [{ type: "command", command: "/bin/sh" }, /names no program/],
      [{ type: "https", tls: { ca: "/etc/shadow" } }, /names no file/],
      [{ type: "pop3", user: "a", password_file: "/etc/shadow" }, /names no file/],
      [{ type: "command", environment: { LD_PRELOAD: "/x" } }, /command is missing/],
      [7, /where a map of keys is expected/],
    ];
    for (const [check, message] of wrong) {
      const refused = await probe("rs1", check);
      assert.ok(!refused.ok, JSON.stringify(check));
      assert.match(refused.problems.map((each) => each.message).join("; "), message);
    }
  });
});
