import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Possessions } from "../../src/advice/findings/possessions.ts";
import type { PlanReport } from "../../src/control/api.ts";
import {
  type Demand,
  decodeDemand,
  decodeReply,
  encodeMessage,
  type Reply,
} from "../../src/control/cluster-messages.ts";
import { isRefused } from "../../src/model/error.ts";

const hash = "0f".repeat(32);
const prepare: Demand = {
  ...{ kind: "prepare", text: "serial: 1 # ü\n", serial: 2, hash },
  ...{ replaces: [hash], force: false },
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

const possessions: Possessions = {
  files: { "/etc/lvsd/commands/fence": hash, "/gone": null },
  networks: { eth0: ["192.168.26.0/24"] },
  ...{ clock: 1, version: "0.1.0", configHash: hash },
};
const owning: Reply = { kind: "possessions", possessions };

const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

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

  it("hold no possessions but digests and short words, in bounds", () => {
    const files = { ...possessions.files, "/odd": "no digest", ["/long".repeat(1000)]: hash };
    const networks = { ...possessions.networks, eth1: "10.0.0.0/8", eth2: [7, "x".repeat(1000)] };
    const given = { ...possessions, files, networks, configHash: "short" };
    const read = decodeReply(bytes({ kind: "possessions", possessions: given }));
    assert.ok(!isRefused<string>(read) && read.kind === "possessions");
    const { networks: known, ...rest } = read.possessions;
    const { networks: _, ...sound } = possessions;
    assert.deepEqual(rest, { ...sound, configHash: null });
    assert.deepEqual(known.eth0, possessions.networks.eth0);
    assert.deepEqual([known.eth1, known.eth2?.length], [undefined, 1]);
    assert.ok((known.eth2?.[0]?.length ?? 0) <= 110);
    const many = Object.fromEntries(Array.from({ length: 3000 }, (_, at) => [`/${at}`, null]));
    const bounded = decodeReply(
      bytes({ kind: "possessions", possessions: { ...possessions, files: many } }),
    );
    assert.ok(!isRefused<string>(bounded) && bounded.kind === "possessions");
    assert.equal(Object.keys(bounded.possessions.files).length, 2000);
    for (const other of [
      null,
      7,
      [],
      {},
      { ...possessions, clock: "1" },
      { ...possessions, files: [] },
    ])
      assert.ok(isRefused(decodeReply(bytes({ kind: "possessions", possessions: other }))));
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
