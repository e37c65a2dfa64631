/** The runner over its real socket: what the daemon gets of it is what it got of its own children. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import fc from "fast-check";
import type { CommandEnd, CommandRun } from "../../../src/checks/program/unprivileged.ts";
import { throughRunner } from "../../../src/checks/runner/client.ts";
import {
  decodeEnd,
  decodeOrder,
  encodeEnd,
  encodeOrder,
  orderBytesMax,
} from "../../../src/checks/runner/message.ts";
import { startRunner } from "../../../src/checks/runner/server.ts";
import { isRefused } from "../../../src/model/error.ts";
import { eventually, runs } from "../../system/scripts.ts";

const shell = (script: string, changes: Partial<CommandRun> = {}): CommandRun => ({
  command: "/bin/sh",
  args: ["-c", script],
  environment: {},
  signal: AbortSignal.timeout(10_000),
  ...changes,
});

async function runner(t: TestContext): Promise<string> {
  const place = mkdtempSync(join(tmpdir(), "lvsd-runner-"));
  const path = join(place, "sock");
  const server = await startRunner({ path });
  t.after(() => {
    server.close();
    rmSync(place, { recursive: true, force: true });
  });
  return path;
}

describe("a command that the runner runs", () => {
  it("reads, prints and ends as a child would", async (t) => {
    const run = throughRunner(await runner(t));
    const script = 'cat; echo "$CHECK_X" >&2; exit 3';
    const end = await run(shell(script, { input: "a\0ü\n", environment: { CHECK_X: "why" } }));
    const [output, complaint] = [Buffer.from("a\0ü\n"), Buffer.from("why\n")];
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
    const [stays, goes] = [await left(true), await left(false)];
    await eventually("it is gone", () => !runs(goes));
    assert.ok(runs(stays));
  });

  it("runs beside many others", async (t) => {
    const run = throughRunner(await runner(t));
    const ends = await Promise.all(
      Array.from({ length: 60 }, (_, index) => run(shell(`echo ${index}`))),
    );
    assert.deepEqual(
      ends.map((end) => end.kind === "ended" && Number(end.output)),
      Array.from({ length: 60 }, (_, index) => index),
    );
  });

  it("is not started, with the reason, where no runner listens or it ends in between", async (t) => {
    const nowhere = await throughRunner("/nowhere/sock")(shell("exit 0"));
    assert.match(
      nowhere.kind === "not-started" ? nowhere.why.message : "",
      /^the runner of commands at \/nowhere\/sock: .*ENOENT/,
    );
    const place = mkdtempSync(join(tmpdir(), "lvsd-runner-"));
    t.after(() => rmSync(place, { recursive: true }));
    const { createServer } = await import("node:net");
    const path = join(place, "sock");
    const dying = createServer((socket) => socket.end("{"));
    await new Promise<void>((resolve) => dying.listen(path, resolve));
    t.after(() => dying.close());
    const ended = await throughRunner(path)(shell("exit 0"));
    assert.match(ended.kind === "not-started" ? ended.why.message : "", /without an answer/);
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

describe("the words of the runner", () => {
  it("arrive as they were said", () => {
    const order = { command: "/x", args: ["a b", ""], environment: { A: "b" }, leavesBehind: true };
    assert.deepEqual(decodeOrder(encodeOrder(shell("", order))), order);
    const [output, complaint] = [Buffer.from([0, 255]), Buffer.alloc(0)];
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
