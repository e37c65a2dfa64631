import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Two frozen processes of which the second was found later, and a process that watches over them
 * and is killed. `states`: what systemd says of the successor's unit, one look after the other;
 * systemd itself runs in the lab (test/lab/takeover.test.ts).
 */
async function left(t: TestContext, states: readonly string[], frozenUnit: string | null) {
  const directory = mkdtempSync(join(tmpdir(), "lvsd-watching-"));
  const log = join(directory, "log");
  const looks = join(directory, "states");
  const program = join(directory, "systemctl");
  writeFileSync(looks, `${states.join("\n")}\n`);
  writeFileSync(
    program,
    `#!/bin/sh
echo "$*" >>${log}
test "$1" = show || exit 0
head -n 1 ${looks}
sed -i 1d ${looks}
`,
  );
  chmodSync(program, 0o755);
  const frozen = [0, 1].map(() => {
    return spawn("/bin/sh", ["-c", "read x"], { stdio: ["pipe", "ignore", "ignore"] });
  });
  t.after(() => {
    for (const child of frozen) child.kill("SIGKILL");
    rmSync(directory, { recursive: true });
  });
  const pids = frozen.map(({ pid }) => pid ?? 0);
  for (const pid of pids) process.kill(pid, "SIGSTOP");
  const door = new URL("../../../src/system/process/watching.ts", import.meta.url);
  const given = [
    [pids[0]],
    { unit: "lvsd", socket: join(directory, "none") },
    frozenUnit,
    `${directory}:/usr/bin:/bin`,
  ];
  const watches = `
    import { watch } from ${JSON.stringify(door.href)};
    const watcher = watch(...${JSON.stringify(given)});
    watcher.add([${pids[1]}]);
    process.stdin.on("data", () => process.kill(process.pid, "SIGKILL"));
    console.log("watched");`;
  const freezer = spawn(process.execPath, ["--input-type=module", "-e", watches]);
  await once(freezer.stdout, "data");
  assert.equal(existsSync(log), false, "it does nothing while who froze them is there");
  freezer.stdin.write("now\n");
  const said = (): readonly string[] =>
    existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : [];
  return { frozen, pids, said };
}

const ended = async (child: ChildProcess): Promise<NodeJS.Signals | null> => {
  if (child.signalCode === null && child.exitCode === null) await once(child, "exit");
  return child.signalCode;
};

const show = "show --property ActiveState --value lvsd";

async function says(said: () => readonly string[], last: string): Promise<void> {
  for (let tries = 0; tries < 500 && said().at(-1) !== last; tries += 1) await sleep(10);
}

test("once the successor is up, its unit is enabled first, and what was frozen is ended", async (t) => {
  const { frozen, said } = await left(t, ["activating", "active"], "keepalived.service");
  for (const child of frozen) assert.equal(await ended(child), "SIGKILL");
  await says(said, "reset-failed keepalived.service");
  assert.deepEqual(said(), [
    show,
    show,
    "enable --quiet lvsd",
    "disable --quiet keepalived.service",
    "mask --runtime --quiet keepalived.service",
    "stop --quiet keepalived.service",
    "reset-failed keepalived.service",
  ]);
});

test("what belongs to no unit is ended alone", async (t) => {
  const { frozen, said } = await left(t, ["active"], null);
  for (const child of frozen) assert.equal(await ended(child), "SIGKILL");
  assert.deepEqual(said(), [show]);
});

test("a successor that is not up is stopped, and what was frozen goes on", async (t) => {
  const { pids, said } = await left(t, ["failed", "inactive"], "keepalived.service");
  const state = (pid: number): string =>
    readFileSync(`/proc/${pid}/stat`, "utf8").split(" ")[2] ?? "";
  for (let tries = 0; tries < 500 && pids.some((pid) => state(pid) === "T"); tries += 1)
    await sleep(10);
  // Each may still be on its way to sleep.
  for (const pid of pids) assert.match(state(pid), /^[RS]$/);
  assert.deepEqual(said(), [show, "stop lvsd", show]);
});

test("a successor that cannot be stopped serves: what was frozen does not go on next to it", async (t) => {
  const { frozen } = await left(t, ["deactivating", "active"], "keepalived.service");
  for (const child of frozen) assert.equal(await ended(child), "SIGKILL");
});
