import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type CommandRun,
  runUnprivileged,
  takenAway,
} from "../../../src/checks/program/unprivileged.ts";
import { eventually, runs } from "../../system/scripts.ts";

const shell = (script: string, changes: Partial<CommandRun> = {}): CommandRun => ({
  command: "/bin/sh",
  args: ["-c", script],
  environment: {},
  signal: AbortSignal.timeout(5000),
  ...changes,
});

describe("a command without privileges", () => {
  it("is not started by a root that cannot take capabilities away", () => {
    const all = 0x1ffffffffffn;
    const allButSetpcap = 0x1fffffffeffn;
    assert.ok(takenAway(0, all)?.includes("--bounding-set=-all"));
    assert.equal(takenAway(0, allButSetpcap), null);
    assert.ok(takenAway(1000, allButSetpcap)?.includes("--ambient-caps=-all"));
  });

  it("reads what it is given, and says how it ended", async () => {
    const end = await runUnprivileged(shell("cat; echo why >&2; exit 3", { input: "a word\n" }));
    assert.deepEqual(end, {
      kind: "ended",
      status: 3,
      killedBy: null,
      output: Buffer.from("a word\n"),
      complaint: Buffer.from("why\n"),
    });
  });

  it("may end without reading what it is given", async () => {
    const end = await runUnprivileged(shell("exit 0", { input: "x".repeat(1_000_000) }));
    assert.equal(end.kind === "ended" && end.status, 0);
  });

  it("takes with it what it left in its process group, unless that may stay", async (t) => {
    const leave = "sleep 61 >/dev/null 2>&1 & echo $!";
    const left = async (changes: Partial<CommandRun>, script = leave): Promise<number> => {
      const end = await runUnprivileged(shell(script, changes));
      assert.ok(end.kind === "ended");
      const pid = Number(end.output);
      t.after(() => runs(pid) && process.kill(pid, "SIGKILL"));
      return pid;
    };
    const stays = await left({ leavesBehind: true });
    for (const gone of [await left({}), await left({ leavesBehind: true }, `${leave}; exit 1`)])
      await eventually("it is gone", () => !runs(gone));
    assert.ok(runs(stays), "it outlives those that came after it");
  });

  it("is not started after its deadline", async () => {
    const end = await runUnprivileged(shell("exit 0", { signal: AbortSignal.abort() }));
    assert.deepEqual(end, { kind: "late" });
  });
});
