import assert from "node:assert/strict";
import { test } from "node:test";
import type { EventBody, LvsdEvent } from "../../../src/model/event.ts";
import { judgements } from "./changes-at-speed.ts";

const at = (ms: number, body: EventBody): LvsdEvent => ({
  ...body,
  at: new Date(ms).toISOString(),
  severity: "info",
  message: "",
});

const changed = (ms: number, cause: string): LvsdEvent =>
  at(ms, { event: "state", kind: "changed", from: "active", to: "standby", cause });
const slept = (ms: number): LvsdEvent => at(ms, { event: "process", kind: "slept", for_ms: 45 });
const dead = (ms: number): LvsdEvent => at(ms, { event: "peer", kind: "dead", text: "" });

test("a change is dated by the last judgement before it, or by itself", () => {
  const events = [
    changed(12_030, "slept too long"),
    slept(12_000),
    slept(11_950),
    dead(12_040),
    dead(20_000),
    changed(20_006, "peer dead"),
    slept(29_000),
    changed(30_000, "something else"),
  ];
  assert.deepEqual(judgements(events), [12_000, 20_000, 30_000]);
});

test("what a change leads to is no change of its own, and a failback is none", () => {
  const events = [
    changed(12_000, "slept too long"),
    changed(12_900, "nobody held the VIPs"),
    changed(13_700, "peer dead"),
    changed(22_000, "failback"),
    changed(22_500, "peer dead"),
  ];
  assert.deepEqual(judgements(events), [12_000, 22_500]);
});
