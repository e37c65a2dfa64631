import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { goBack } from "../../../src/cli/takeover/go-back.ts";
import type { Heard } from "../../../src/cli/takeover/hear-peer.ts";
import type { Takeover } from "../../../src/cli/takeover/takeover.ts";
import { findProgram } from "../../../src/system/process/other-program.ts";
import { Recorder } from "../recorder.ts";

const stateOf = (pid: number): string =>
  readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .slice(0, 1);

async function becomes(pid: number, states: string): Promise<void> {
  for (let tries = 0; tries < 500 && !states.includes(stateOf(pid)); tries += 1) await sleep(10);
  assert.ok(states.includes(stateOf(pid)), stateOf(pid));
}

interface Situation {
  /** What listens in the other router's place hears; null: it must not be asked. */
  readonly peer?: Heard | null;
  readonly backup?: string | null;
  readonly isHolder?: boolean;
  readonly touched?: boolean;
  readonly stop?: string;
  /** lvsd goes on in spite of its stop. */
  readonly listens?: boolean;
}

let programs = 0;

/** A takeover that failed with a frozen program of this test's in keepalived's place. */
async function failed(t: TestContext, situation: Situation) {
  const { peer = null, backup = "192.0.2.2", isHolder = true, touched = true } = situation;
  const directory = mkdtempSync(join(tmpdir(), "lvsd-back-"));
  programs += 1;
  const name = `lvsd-bk${programs}-${process.pid % 1000}`;
  copyFileSync("/bin/sh", join(directory, name));
  const child = spawn(join(directory, name), ["-c", "read x"], {
    stdio: ["pipe", "ignore", "ignore"],
  });
  const pid = child.pid ?? 0;
  const server = createServer();
  t.after(() => {
    child.kill("SIGKILL");
    server.close();
    rmSync(directory, { recursive: true });
  });
  for (let tries = 0; tries < 500 && findProgram(name) === null; tries += 1) await sleep(10);
  const other = findProgram(name);
  assert.ok(other !== null);
  for (const file of ["hold", "await-peer"]) writeFileSync(join(directory, file), "");
  const socket = join(directory, "lvsd.sock");
  if (situation.listens)
    await new Promise<void>((resolve) => server.listen(socket, () => resolve()));
  other.freeze({ unit: null, socket });
  await becomes(pid, "T");
  const terminal = new Recorder();
  const takeover = {
    terminal,
    other,
    isHolder,
    role: "primary",
    keys: [],
    before: {},
    config: { routers: { backup: backup === null ? null : { public: backup } } },
    options: {
      runDir: directory,
      stateDir: directory,
      alone: false,
      start: "/bin/true",
      stop: situation.stop ?? "/bin/true",
    },
  } as unknown as Takeover;
  const frozenAtPutBack: boolean[] = [];
  const status = await goBack(takeover, touched, "it is a test", {
    // Addresses and table of this machine are not the test's to change.
    putBack: async () => {
      frozenAtPutBack.push(stateOf(pid) === "T");
      return ["addr add 192.0.2.10/24 dev eth0"];
    },
    peerTakes: async () => {
      assert.ok(peer !== null, "there is none to hear");
      return peer;
    },
  });
  assert.equal(status, 1);
  for (const file of ["hold", "await-peer"]) assert.equal(existsSync(join(directory, file)), false);
  return { child, pid, said: terminal.errorText, frozenAtPutBack };
}

/** Resolves when no shell watches over this frozen process any more. */
async function unwatched(pid: number): Promise<void> {
  const watches = (entry: string): boolean => {
    try {
      const words = readFileSync(`/proc/${entry}/cmdline`, "utf8").split("\0");
      return words[0] === "/bin/sh" && words.at(-2) === `${pid}`;
    } catch {
      return false;
    }
  };
  const isWatched = (): boolean => readdirSync("/proc").some(watches);
  for (let tries = 0; tries < 500 && isWatched(); tries += 1) await sleep(10);
  assert.equal(isWatched(), false);
}

const isGone = (pid: number): boolean => {
  try {
    return stateOf(pid) === "Z";
  } catch {
    return true;
  }
};

test("a single router goes on with keepalived, once the kernel is as it was", async (t) => {
  const { pid, said, frozenAtPutBack } = await failed(t, { backup: null });
  await becomes(pid, "S");
  assert.deepEqual(frozenAtPutBack, [true]);
  assert.match(said, /put back: addr add[^\n]*\nkeepalived goes on as before\n$/);
});

test("so does one whose peer stays silent, and one that stood by", async (t) => {
  for (const situation of [{ peer: "silent" }, { isHolder: false }] as const) {
    const { pid, said } = await failed(t, situation);
    await becomes(pid, "S");
    assert.match(said, /keepalived goes on as before\n$/);
  }
});

test("before lvsd could speak, keepalived goes on first and the peer is not waited for", async (t) => {
  const { pid, frozenAtPutBack } = await failed(t, { touched: false });
  await becomes(pid, "S");
  assert.deepEqual(frozenAtPutBack, [false]);
});

test("where the peer has taken the VIPs, keepalived is ended", async (t) => {
  const { pid, said, frozenAtPutBack } = await failed(t, { peer: "heard" });
  assert.ok(isGone(pid));
  assert.deepEqual(frozenAtPutBack, []);
  assert.match(said, /the other router's lvsd serves/);
});

test("where the peer could not be listened for, keepalived stays frozen, with what to do", async (t) => {
  const { pid, said, frozenAtPutBack } = await failed(t, { peer: { failed: "port 539 is taken" } });
  await unwatched(pid);
  assert.equal(stateOf(pid), "T", "its watcher does not thaw it either");
  assert.deepEqual(frozenAtPutBack, []);
  assert.match(said, /is not known: port 539 is taken: keepalived stays frozen here/);
  assert.match(said, new RegExp(`next: [^\n]*/bin/true,[^\n]* kill -CONT ${pid}\n`));
});

test("next to an lvsd that could not be stopped it stays frozen, and the peer is not asked", async (t) => {
  const { pid, said } = await failed(t, { listens: true, stop: "/bin/false" });
  assert.equal(stateOf(pid), "T");
  assert.match(said, /lvsd: false: ended with status 1\n/);
  assert.match(said, /lvsd still runs here: keepalived stays frozen here/);
  assert.match(said, new RegExp(`kill -KILL ${pid}\n$`));
});

test("where what stops lvsd failed and no lvsd is there, keepalived goes on", async (t) => {
  const { pid, said } = await failed(t, { peer: "silent", stop: "/bin/false" });
  await becomes(pid, "S");
  assert.match(said, /keepalived was thawed; look at its log/);
});
