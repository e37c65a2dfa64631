/** What an operator reads of `lvsd probe`; the daemon behind the socket is scripted. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { problemElsewhere } from "../../src/keys/problem.ts";
import { lvsd, serve } from "./recorder.ts";

test("lvsd probe shows the conversation and ends with 1 for a failure, 2 for a name", async (t) => {
  const { runDir, daemon } = await serve(t);
  const at = { address: "10.0.0.1", port: 80 };
  daemon.probed = {
    ok: true,
    passed: false,
    servers: [
      {
        real_server: "rs1",
        ...at,
        passed: false,
        tries: [
          {
            type: "http",
            ...at,
            passed: false,
            took_ms: 12.3,
            reason: "unexpected",
            why: "status 503, expected 200-299",
            steps: [
              { at_ms: 1.2, kind: "sent", text: "GET / HTTP/1.1\nhost: a" },
              { at_ms: 10, kind: "heard", text: "HTTP/1.1 503 Busy" },
            ],
          },
        ],
      },
    ],
  };
  const failed = await lvsd(["probe", "web", "rs1", "--run-dir", runDir]);
  assert.equal(failed.status, 1);
  assert.equal(
    failed.out,
    [
      "rs1  10.0.0.1:80",
      "  http to 10.0.0.1:80",
      "       1.2 ms > GET / HTTP/1.1",
      "              > host: a",
      "      10.0 ms < HTTP/1.1 503 Busy",
      "  failed: status 503, expected 200-299 after 12 ms",
      "",
    ].join("\n"),
  );
  daemon.probed = { ...daemon.probed, passed: true };
  const passed = await lvsd(["probe", "web", "--json", "--run-dir", runDir]);
  assert.deepEqual([passed.status, JSON.parse(passed.out).passed], [0, true]);
  daemon.probed = { ok: false, fault: "text", problems: [problemElsewhere("no such")] };
  assert.equal((await lvsd(["probe", "wbe", "--run-dir", runDir])).status, 2);
});

test("lvsd probe --type takes the keys of a check as options", async (t) => {
  const { runDir, daemon } = await serve(t);
  const asked: string[] = [];
  const answer = async (given: { readonly check: string | null }) => {
    asked.push(given.check ?? "");
    return { ok: true, passed: true, servers: [] } as const;
  };
  daemon.probeVirtualServer = daemon.probeRealServer = answer;
  const words = ["--type", "http", "--path=/x", "--warn-before", "3", "--status", "[200, 204]"];
  const run = (...more: string[]) => lvsd(["probe", "web", ...more, "--run-dir", runDir]);
  assert.equal((await run("rs1", ...words)).status, 0);
  assert.equal((await run(...words)).status, 0);
  const check = { type: "http", path: "/x", warn_before: 3, status: [200, 204] };
  assert.deepEqual(asked, [JSON.stringify(check), JSON.stringify(check)]);
  for (const wrong of [
    ["rs1", "--path", "/x"],
    ["rs1", "--type"],
    ["rs1", "rs2"],
  ]) {
    const end = await run(...wrong);
    assert.equal(end.status, 2, wrong.join(" "));
    assert.notEqual(end.error, "");
  }
});
