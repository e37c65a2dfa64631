import assert from "node:assert/strict";
import { test } from "node:test";
import { failureOf } from "../../../src/checks/program/command-end.ts";

const ended = (status: number | null, complaint = "", output = "") => ({
  kind: "ended" as const,
  status,
  killedBy: status === null ? ("SIGKILL" as const) : null,
  complaint: Buffer.from(complaint),
  output: Buffer.from(output),
});

test("a command has done its work with status 0 alone", () => {
  assert.equal(failureOf(ended(0, "loud"), "late"), null);
  assert.equal(failureOf(ended(3), "late"), "status 3");
  assert.equal(failureOf(ended(null), "late"), "ended by SIGKILL");
});

test("what it complained of goes before what it printed, in one bounded line", () => {
  assert.equal(failureOf(ended(1, "no disk\n", "ok"), "late"), "status 1: no disk");
  assert.equal(failureOf(ended(1, "", "partly\ndone"), "late"), "status 1: partly done");
  assert.ok((failureOf(ended(1, "x".repeat(5000)), "late") ?? "").length <= 210);
});

test("every other end has its words", () => {
  assert.equal(failureOf({ kind: "late" }, "no end within 2s"), "no end within 2s");
  assert.equal(failureOf({ kind: "too-long" }, "late"), "it printed without end");
  assert.equal(failureOf({ kind: "not-started", why: new Error("ENOENT") }, "late"), "ENOENT");
});
