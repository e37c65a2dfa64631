import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { throughRunner } from "../../../src/checks/runner/client.ts";
import { orderBytesMax } from "../../../src/checks/runner/message.ts";
import { eventually, runs } from "../../system/scripts.ts";
import { runner, shell } from "./run.ts";

describe("a command that the runner runs", () => {
  it("reads, prints and ends as a child would", async (t) => {
    const run = throughRunner(await runner(t));
    const script = 'cat; echo "$CHECK_X" >&2; exit 3';
    const end = await run(shell(script, { input: "a\0ü\n", environment: { CHECK_X: "why" } }));
    const output = Buffer.from("a\0ü\n");
    const complaint = Buffer.from("why\n");
    assert.deepEqual(end, { kind: "ended", status: 3, killedBy: null, output, complaint });
    const killed = await run(shell("kill -TERM $$"));
    assert.equal(killed.kind === "ended" && killed.killedBy, "SIGTERM");
    assert.deepEqual(await run(shell("yes")), { kind: "too-long" });
    const absent = await run({ ...shell(""), command: "/nowhere" });
    assert.equal(absent.kind === "ended" && absent.status, 127);
  });

  it("ends with all that it started at its deadline", async (t) => {
    const run = throughRunner(await runner(t));
    const place = mkdtempSync(join(tmpdir(), "lvsd-runner-"));
    t.after(() => rmSync(place, { recursive: true }));
    const file = join(place, "pids");
    const deadline = new AbortController();
    const end = run(
      shell(`sleep 61 & echo $$ $! >${file}.new; mv ${file}.new ${file}; wait`, {
        signal: deadline.signal,
      }),
    );
    const { existsSync, readFileSync } = await import("node:fs");
    await eventually("it runs", () => existsSync(file));
    const pids = readFileSync(file, "utf8").trim().split(" ").map(Number);
    assert.ok(pids.length === 2 && pids.every(runs));
    deadline.abort();
    assert.deepEqual(await end, { kind: "late" });
    await eventually("all of it is gone", () => !pids.some(runs));
  });

  it("leaves behind what it may, and nothing else", async (t) => {
    const run = throughRunner(await runner(t));
    const left = async (leavesBehind: boolean): Promise<number> => {
      const end = await run(shell("sleep 61 >/dev/null 2>&1 & echo $!", { leavesBehind }));
      assert.ok(end.kind === "ended");
      const pid = Number(end.output);
      t.after(() => runs(pid) && process.kill(pid, "SIGKILL"));
      return pid;
    };
    const stays = await left(true);
    const goes = await left(false);
    await eventually("it is gone", () => !runs(goes));
    assert.ok(runs(stays));
  });

  it("is nothing but a command: other bytes are refused, and endless ones too", async (t) => {
    const path = await runner(t);
    const said = (bytes: string | Buffer): Promise<string> =>
      new Promise((resolve, reject) => {
        let answer = "";
        const socket = connect(path, () => socket.write(bytes));
        socket.on("data", (more: Buffer) => {
          answer += more.toString();
        });
        socket.once("end", () => resolve(answer));
        socket.once("error", reject);
        t.after(() => socket.destroy());
      });
    for (const bytes of ["\n", "{}\n", '{"command":"/bin/sh"}\n', "x".repeat(orderBytesMax + 1)])
      assert.match(await said(bytes), /"not-started".*not understood/);
    const run = throughRunner(path);
    assert.equal((await run(shell("exit 0"))).kind, "ended", "and it goes on");
  });
});
