import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { CommandEnd } from "../../../src/checks/program/unprivileged.ts";
import {
  decodeEnd,
  decodeOrder,
  encodeEnd,
  encodeOrder,
} from "../../../src/checks/runner/message.ts";
import { isRefused } from "../../../src/model/error.ts";
import { shell } from "./run.ts";

describe("the words of the runner", () => {
  it("arrive as they were said", () => {
    const order = { command: "/x", args: ["a b", ""], environment: { A: "b" }, leavesBehind: true };
    assert.deepEqual(decodeOrder(encodeOrder(shell("", order))), order);
    const output = Buffer.from([0, 255]);
    const complaint = Buffer.alloc(0);
    const ends: CommandEnd[] = [
      { kind: "late" },
      { kind: "too-long" },
      { kind: "not-started", why: new Error("x") },
      { kind: "ended", status: null, killedBy: "SIGKILL", output, complaint },
    ];
    for (const end of ends) assert.deepEqual(decodeEnd(encodeEnd(end)), end);
  });

  it("are read from any bytes without a failure", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (any) => {
        assert.ok(isRefused(decodeOrder(any)));
        decodeEnd(any);
      }),
    );
    const command = { command: "/x", args: [], environment: {} };
    for (const wrong of [{ command: "/x\0" }, { args: [1] }, { environment: { A: 1 } }])
      assert.ok(isRefused(decodeOrder(JSON.stringify({ ...command, ...wrong }))));
    assert.ok(!isRefused(decodeOrder(JSON.stringify(command))));
  });
});
