import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { familyOf, isAlive, processesNamed } from "../../../src/system/process/processes.ts";

interface Entry {
  readonly title: string;
  readonly namespace?: string | null;
  readonly parent?: number;
  readonly state?: string;
  readonly file?: string;
}

/** A /proc with these processes. */
function procWith(t: TestContext, entries: Readonly<Record<string, Entry>>): string {
  const proc = mkdtempSync(join(tmpdir(), "lvsd-proc-"));
  t.after(() => rmSync(proc, { recursive: true }));
  for (const [pid, entry] of Object.entries({ self: { title: "node" }, ...entries })) {
    const { title, namespace = "net:[1]", parent = 1, state = "S", file = null } = entry as Entry;
    mkdirSync(join(proc, pid, "ns"), { recursive: true });
    writeFileSync(join(proc, pid, "stat"), `${pid} (${title}) ${state} ${parent} 1 1 0 -1\n`);
    if (namespace !== null) symlinkSync(namespace, join(proc, pid, "ns/net"));
    if (file !== null) symlinkSync(file, join(proc, pid, "exe"));
  }
  // One that ends while it is looked at.
  mkdirSync(join(proc, "99"));
  return proc;
}

test("who runs in this namespace is found by its name, whatever follows it in its title", (t) => {
  const proc = procWith(t, {
    30: { title: "keepalived" },
    12: { title: "keepalived" },
    40: { title: "ldirectord /etc", file: "/usr/bin/perl" },
    41: { title: "keepalived", namespace: "net:[2]" },
    42: { title: "keepalived-not" },
    43: { title: "heartbeat", namespace: null },
    44: { title: "keepalived", state: "Z" },
    45: { title: "mine (1) S 7", file: "/usr/sbin/pulse (deleted)" },
  });
  assert.deepEqual(processesNamed(["keepalived", "ldirectord", "heartbeat", "pulse"], proc), [
    { name: "keepalived", pid: 12 },
    { name: "keepalived", pid: 30 },
    { name: "ldirectord", pid: 40 },
    { name: "heartbeat", pid: 43 },
    { name: "pulse", pid: 45 },
  ]);
});

test("a family has its parents first, and all that they have started, by whatever name", (t) => {
  const keepalived = "/usr/sbin/keepalived";
  const proc = procWith(t, {
    50: { title: "keepalived", file: keepalived },
    20: { title: "keepalived_vrrp", parent: 50, file: keepalived },
    51: { title: "keepalived", parent: 50, file: keepalived },
    52: { title: "sh", parent: 51, file: "/bin/dash" },
    21: { title: "curl", parent: 52, namespace: "net:[2]" },
    53: { title: "sh", parent: 1 },
    54: { title: "keepalived_vrrp", parent: 1, file: `${keepalived} (deleted)` },
    55: { title: "keepalived", parent: 50, file: keepalived, state: "Z" },
    56: { title: "keepalived", namespace: "net:[2]", file: keepalived },
    [process.pid]: { title: "node", parent: 50 },
    57: { title: "systemctl", parent: process.pid },
  });
  assert.deepEqual(familyOf("keepalived", proc), [50, 54, 20, 51, 52, 21]);
  assert.deepEqual(familyOf("pulse", proc), []);
  assert.deepEqual(
    [50, 55, 58].map((pid) => isAlive(pid, proc)),
    [true, false, false],
  );
});
