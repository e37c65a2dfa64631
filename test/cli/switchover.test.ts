import assert from "node:assert/strict";
import { test } from "node:test";
import { guarded } from "../control/sample.ts";
import { lvsd, serve } from "./recorder.ts";

test("lvsd switchover says how long it took, or exits 1 with the reason", async (t) => {
  const { runDir, daemon } = await serve(t);
  assert.deepEqual(await lvsd(["switchover", "--run-dir", runDir]), {
    status: 0,
    out: "the peer is active; handed over in 31 ms\n",
    error: "",
  });
  daemon.switched = {
    ...guarded,
    problems: [
      { ...(guarded.problems[0] ?? assert.fail()), message: "the peer is dead", hint: null },
    ],
  };
  assert.deepEqual(await lvsd(["switchover", "--run-dir", runDir]), {
    status: 1,
    out: "",
    error: "lvsd: the peer is dead\n",
  });
});
