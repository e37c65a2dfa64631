import assert from "node:assert/strict";
import { test } from "node:test";
import { peerStatus } from "../../src/failover/peer-status.ts";
import { instant } from "../../src/model/time.ts";
import { Bench, rules } from "./machine-bench.ts";

const status = (bench: Bench) => peerStatus(bench.router, instant(bench.now));

test("a peer that was never heard has no state, and paths that are not alive", () => {
  assert.deepEqual(status(new Bench()), {
    state: null,
    alive: false,
    configMatch: null,
    paths: [{ name: "public", alive: false, lastSeen: null, rtt: null, lost: 0 }],
  });
});

test("a peer is as it last said, and each path says how long ago that was", () => {
  const bench = new Bench();
  bench.now = 5000;
  bench.hear({ state: "standby" });
  bench.now = 5200;
  const seen = status(bench);
  assert.deepEqual([seen?.state, seen?.alive], ["standby", true]);
  assert.deepEqual([seen?.paths[0]?.alive, seen?.paths[0]?.lastSeen], [true, 200]);
  bench.sleepUntil(60_000);
  assert.deepEqual([status(bench)?.state, status(bench)?.alive], ["standby", false]);
});

test("a router without a backup has no peer", () => {
  const bench = new Bench({ rules: { ...rules, alone: true, paths: [] } });
  assert.equal(status(bench), null);
});
