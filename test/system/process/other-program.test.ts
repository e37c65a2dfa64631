import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { findProgram } from "../../../src/system/process/other-program.ts";
import { isAlive } from "../../../src/system/process/processes.ts";

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

/** As keepalived's `process_names` has it: prctl(2), PR_SET_NAME. */
const differently = `
  printf '%s-v' "$NAME" >/proc/self/comm
  read -r word`;

test("a child with another name is frozen and killed as its parent is", async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "lvsd-other-"));
  const name = `lvsd-fam-${process.pid % 1000}`;
  const program = join(directory, name);
  copyFileSync("/bin/sh", program);
  const script = `/bin/sh -c 'echo $$; read x' <&3 & "${program}" -c "$DIFFERENTLY" <&3 & echo $!; wait`;
  const parent = spawn(program, ["-c", script], {
    stdio: ["ignore", "pipe", "ignore", "pipe"],
    env: { NAME: name, DIFFERENTLY: differently },
  });
  const pids: number[] = [];
  parent.stdout?.on("data", (text: Buffer) => {
    pids.push(...text.toString().trim().split("\n").map(Number));
  });
  t.after(() => {
    for (const pid of [parent.pid ?? 0, ...pids]) if (isAlive(pid)) process.kill(pid, "SIGKILL");
    rmSync(directory, { recursive: true });
  });
  const nameOf = (pid: number): string => readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  for (let tries = 0; tries < 500 && !pids.some((pid) => nameOf(pid) === `${name}-v`); tries += 1)
    await sleep(10);
  assert.deepEqual(pids.map(nameOf).toSorted(), ["sh", `${name}-v`].toSorted());
  const found = findProgram(name);
  assert.ok(found !== null);
  assert.equal(found.pids[0], parent.pid);
  assert.deepEqual(new Set(found.pids), new Set([parent.pid, ...pids]));
  found.freeze({ unit: null, socket: join(directory, "none") });
  for (const pid of found.pids) await becomes(pid, "T");
  await found.kill();
  assert.deepEqual(
    found.pids.filter((pid) => isAlive(pid)),
    [],
  );
});

test("a child that outlived its parent is found by the file that it runs", async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "lvsd-other-"));
  const name = `lvsd-orp-${process.pid % 1000}`;
  const program = join(directory, name);
  copyFileSync("/bin/sh", program);
  const orphan = spawn(program, ["-c", differently], {
    stdio: ["pipe", "ignore", "ignore"],
    env: { NAME: name },
  });
  t.after(() => {
    orphan.kill("SIGKILL");
    rmSync(directory, { recursive: true });
  });
  const comm = (): string => readFileSync(`/proc/${orphan.pid}/comm`, "utf8").trim();
  for (let tries = 0; tries < 500 && comm() !== `${name}-v`; tries += 1) await sleep(10);
  assert.deepEqual(findProgram(name)?.pids, [orphan.pid]);
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
