import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { invalidFile, sampleStatus } from "../control/sample.ts";
import { lvsd, serve } from "./recorder.ts";

describe("lvsd restart", { timeout: 20_000 }, () => {
  const next = { ...sampleStatus, started: "2026-01-02T00:00:00.000Z" };

  test("waits until another process is in the same state", async (t) => {
    const { runDir, daemon } = await serve(t);
    let asked = 0;
    daemon.status = async () => {
      asked += 1;
      if (asked === 1) return sampleStatus;
      return asked === 2 ? { ...next, state: "starting" } : next;
    };
    const { status, out, error } = await lvsd(["restart", "--run-dir", runDir]);
    assert.match(out, /^restarted; active again after \S/);
    assert.deepEqual([status, error, asked], [0, "", 3]);
    const json = await lvsd(["restart", "--json", "--run-dir", runDir]);
    assert.deepEqual(Object.keys(JSON.parse(json.out)), ["ok", "state", "took_ms"]);
  });

  test("fails when the peer has taken over meanwhile", async (t) => {
    const { runDir, daemon } = await serve(t);
    const { peer } = sampleStatus;
    assert.ok(peer !== null);
    daemon.current = { ...next, state: "standby", peer: { ...peer, state: "active" } };
    const { status, error } = await lvsd(["restart", "--run-dir", runDir]);
    assert.equal(status, 1);
    assert.match(error, /the next process is standby, not active/);
  });

  test("is refused like a reload where the file on disk is invalid", async (t) => {
    const { runDir, daemon } = await serve(t);
    daemon.restarted = async () => invalidFile;
    const { status, error } = await lvsd(["restart", "--run-dir", runDir]);
    assert.equal(status, 2);
    assert.match(error, /^lvsd: \/etc\/lvsd\/lvsd.yaml:12:15: /);
  });
});
