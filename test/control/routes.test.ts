import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { controlClient } from "../../src/control/client.ts";
import { guarded, invalidFile, sampleEvents, samplePlan } from "./sample.ts";
import { alive, bodyOf, converse, get, post, serve, statusOf } from "./serving.ts";

describe("the routes", { timeout: 20_000 }, () => {
  test("each route with the daemon's own words", async (t) => {
    const { path, daemon } = await serve(t);
    const client = controlClient(path);
    assert.deepEqual(await client.status(), daemon.current);
    assert.deepEqual(await client.plan(), samplePlan);
    assert.deepEqual(await client.switchover(), { ok: true, took_ms: 31 });
    assert.deepEqual(await client.history(), sampleEvents);
    assert.deepEqual(bodyOf(await converse(path, get("/v1/config"))), {
      path: "/etc/lvsd/lvsd.yaml",
      serial: 7,
      hash: "0f".repeat(32),
      text: "serial: 7\n",
      includes: [],
    });
    const metrics = await converse(path, get("/metrics"));
    assert.match(metrics, /\r\ncontent-type: text\/plain; version=0\.0\.4/);
    assert.match(metrics, /\nlvsd_router_state\{state="active"\} 1\n/);
    assert.deepEqual(daemon.refused, []);
  });

  test("a reload with and without --yes, in the body and in the query", async (t) => {
    const { path, daemon } = await serve(t);
    await controlClient(path).reload();
    await controlClient(path).reload({ yes: true });
    await converse(path, post("/v1/reload?yes=true", ""));
    await converse(path, post("/v1/reload?yes=false", ""));
    assert.deepEqual(daemon.forced, [false, true, true, false]);
  });

  test("422 for the operator's text and 409 for what does not hold, with the problems", async (t) => {
    const { path, daemon } = await serve(t);
    for (const [refusal, status] of [
      [invalidFile, 422],
      [guarded, 409],
    ] as const) {
      daemon.planned = async () => refusal;
      const heard = await converse(path, post("/v1/reload", "{}"));
      assert.equal(statusOf(heard), status);
      assert.deepEqual(bodyOf(heard), { ok: false, problems: refusal.problems });
      assert.deepEqual(await controlClient(path).reload(), refusal);
    }
    assert.deepEqual(daemon.refused, [], "the request itself was in order");
  });

  test("500 where the daemon fails, and goes on", async (t) => {
    const serving = await serve(t);
    serving.daemon.planned = () => Promise.reject(new Error("ipvsadm: no such program"));
    const heard = await converse(serving.path, post("/v1/plan", ""));
    assert.equal(statusOf(heard), 500);
    assert.match(heard, /ipvsadm: no such program/);
    await alive(serving);
  });
});
