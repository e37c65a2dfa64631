import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { PlanReport } from "../../src/control/api.ts";
import {
  type Demand,
  decodeDemand,
  decodeReply,
  encodeMessage,
  type Reply,
} from "../../src/control/cluster-messages.ts";
import { isRefused } from "../../src/model/error.ts";
import { bytes, hash, possessions } from "./cluster-words.ts";

const prepare: Demand = {
  kind: "prepare",
  text: "serial: 1 # ü\n",
  serial: 2,
  hash,
  replaces: [hash],
  force: false,
};

const problem = { file: "/a", line: 1, column: 2, message: "bad", hint: null };

const bad: Reply = { kind: "bad", fault: "text", problems: [problem] };

const plan: PlanReport = {
  ok: true,
  changes: [{ area: "ipvs", action: "add", subject: "web", text: "web" }],
  settings: ["heartbeat.interval: 250ms -> 100ms"],
  unchanged_services: 3,
  refused: [],
};

const reviewed: Reply = { kind: "reviewed", plan, objections: [problem] };

const owning: Reply = { kind: "possessions", possessions };

describe("the words of the configuration channel", () => {
  it("arrive as they were said", () => {
    for (const demand of [
      prepare,
      { ...prepare, replaces: null },
      { kind: "commit", hash },
      { kind: "review", text: "serial: 1\n" },
      { kind: "lacks", text: "serial: 1\n" },
      { kind: "possessions" },
    ] as const)
      assert.deepEqual(decodeDemand(encodeMessage(demand)), demand);
    for (const reply of [bad, { kind: "good" }, reviewed, owning] as const)
      assert.deepEqual(decodeReply(encodeMessage(reply)), reply);
  });

  it("are refused where a part is missing or is something else", () => {
    for (const key of Object.keys(prepare))
      for (const value of [undefined, 7.5, [1], {}])
        assert.ok(isRefused(decodeDemand(bytes({ ...prepare, [key]: value }))), key);
    for (const other of [{ fault: "x" }, { problems: [] }, { problems: 1 }, { kind: "maybe" }])
      assert.ok(isRefused(decodeReply(bytes({ ...bad, ...other }))), JSON.stringify(other));
  });

  it("hold no plan but lines of known kinds", () => {
    const strange = { area: "disk", action: "format", subject: "web", text: "web" };
    const changes = [strange, null, 7, ...plan.changes];
    assert.deepEqual(decodeReply(bytes({ ...reviewed, plan: { ...plan, changes } })), reviewed);
    for (const other of [{ plan: null }, { plan: 7 }, { objections: {} }])
      assert.ok(isRefused(decodeReply(bytes({ ...reviewed, ...other }))), JSON.stringify(other));
  });

  it("are read from any bytes without a failure", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => Buffer.from(text)),
        ),
        (any) => {
          assert.ok(isRefused(decodeDemand(any)));
          decodeReply(any);
        },
      ),
    );
  });
});
