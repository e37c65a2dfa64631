import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { findProgram, processesNamed } from "../../../src/system/process/other-program.ts";

const stateOf = (pid: number): string =>
  readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .slice(0, 1);

async function becomes(pid: number, states: string): Promise<void> {
  for (let tries = 0; tries < 200 && !states.includes(stateOf(pid)); tries += 1) await sleep(10);
  assert.ok(states.includes(stateOf(pid)), stateOf(pid));
}

test("processes are found by name, the parent first; they freeze, go on, and end", async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "lvsd-other-"));
  const name = `lvsd-oth-${process.pid % 1000}`;
  assert.equal(findProgram(name), null);
  const program = join(directory, name);
  copyFileSync("/bin/sh", program);
  // The child is the same program; both wait for a pipe that this test holds.
  const child = spawn(program, ["-c", `"${program}" -c 'read x' & read y; wait`], {
    stdio: ["pipe", "ignore", "ignore"],
  });
  t.after(() => {
    child.kill("SIGKILL");
    rmSync(directory, { recursive: true });
  });
  let found = findProgram(name);
  for (let tries = 0; tries < 200 && found === null; tries += 1) {
    await sleep(10);
    found = findProgram(name);
  }
  assert.ok(found !== null);
  assert.equal(found.pids[0], child.pid, "the parent comes first");
  assert.ok(child.pid !== undefined);
  found.freeze({ unit: null, socket: join(directory, "none") });
  await becomes(child.pid, "T");
  found.thaw();
  await becomes(child.pid, "SR");
  await found.kill();
  assert.equal(findProgram(name), null);
});

/** A program of this test alone, and a process that freezes it and is killed. */
async function frozenByTheDead(t: TestContext, socket: (directory: string) => string) {
  const directory = mkdtempSync(join(tmpdir(), "lvsd-other-"));
  const name = `lvsd-frz-${process.pid % 1000}`;
  const program = join(directory, name);
  copyFileSync("/bin/sh", program);
  const child = spawn(program, ["-c", "read x; read y"], { stdio: ["pipe", "ignore", "ignore"] });
  t.after(() => {
    child.kill("SIGKILL");
    rmSync(directory, { recursive: true });
  });
  assert.ok(child.pid !== undefined);
  await becomes(child.pid, "S");
  const door = new URL("../../../src/system/process/other-program.ts", import.meta.url);
  const freezes = `
    import { findProgram } from ${JSON.stringify(door.href)};
    findProgram(${JSON.stringify(name)}).freeze({
      unit: null, socket: ${JSON.stringify(socket(directory))},
    });
    process.kill(process.pid, "SIGKILL");`;
  const freezer = spawn(process.execPath, ["--input-type=module", "-e", freezes]);
  await once(freezer, "exit");
  return { child, pid: child.pid };
}

test("what a process has frozen goes on when that process is killed and nothing took its place", async (t) => {
  const { child, pid } = await frozenByTheDead(t, (directory) => join(directory, "none"));
  await becomes(pid, "SR");
  assert.equal(child.exitCode, null);
});

test("where its successor runs by then, it is ended", async (t) => {
  let server: Server | null = null;
  const { child } = await frozenByTheDead(t, (directory) => {
    server = createServer().listen(join(directory, "sock"));
    return join(directory, "sock");
  });
  t.after(() => server?.close());
  if (child.signalCode === null) await once(child, "exit");
  assert.equal(child.signalCode, "SIGKILL");
});

test("who runs in this namespace is found by its name, whatever follows it in its title", (t) => {
  const proc = mkdtempSync(join(tmpdir(), "lvsd-proc-"));
  t.after(() => rmSync(proc, { recursive: true }));
  const runs = (pid: string, comm: string, namespace: string | null): void => {
    mkdirSync(join(proc, pid, "ns"), { recursive: true });
    writeFileSync(join(proc, pid, "comm"), `${comm}\n`);
    if (namespace !== null) symlinkSync(namespace, join(proc, pid, "ns/net"));
  };
  runs("self", "node", "net:[1]");
  runs("30", "keepalived", "net:[1]");
  runs("12", "keepalived", "net:[1]");
  runs("40", "ldirectord /etc", "net:[1]");
  runs("41", "keepalived", "net:[2]");
  runs("42", "keepalived-not", "net:[1]");
  runs("43", "heartbeat", null);
  mkdirSync(join(proc, "44"));
  assert.deepEqual(processesNamed(["keepalived", "ldirectord", "heartbeat"], proc), [
    { name: "keepalived", pid: 12 },
    { name: "keepalived", pid: 30 },
    { name: "ldirectord", pid: 40 },
    { name: "heartbeat", pid: 43 },
  ]);
});
