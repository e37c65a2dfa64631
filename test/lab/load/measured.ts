/** Load monitors asked for once, and the programs that answer. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { runUnprivileged } from "../../../src/checks/program/unprivileged.ts";
import type { LoadMonitor } from "../../../src/config/schema/load-monitor.ts";
import { askLoad } from "../../../src/daemon/load/load-questions.ts";
import { noLoad } from "../../../src/health/load/load.ts";
import { messageOf } from "../../../src/model/error.ts";
import { ms, seconds } from "../../../src/model/time.ts";
import { root } from "../../checkout.ts";
import { loopback } from "../../checks/servers.ts";
import { realServer } from "../../table/configs.ts";
import { address } from "../../table/tables.ts";
import { Workshop } from "../checks/server-program.ts";

export const workshop = new Workshop();

export const monitor = (changes: Partial<LoadMonitor>): LoadMonitor => ({
  type: "agent",
  port: null,
  interval: seconds(10),
  timeout: ms(1000),
  send: null,
  oid: null,
  communityFile: null,
  command: null,
  args: ["%h", "%p"],
  divideBy: 1,
  rule: "lvsd",
  minPercent: null,
  maxPercent: null,
  ...changes,
});

export async function asked(changes: Partial<LoadMonitor>): Promise<string> {
  const question = {
    monitor: monitor(changes),
    realServer: realServer("rs1", { address: address(loopback) }),
    before: noLoad,
    signal: new AbortController().signal,
  };
  const rwho = { load: () => Promise.reject(new Error("not asked here")) };
  try {
    const answer = await askLoad(question, { runCommand: runUnprivileged, rwho });
    return "trouble" in answer ? answer.trouble : `load ${answer.value} ${answer.load.factor}`;
  } catch (thrown) {
    return messageOf(thrown);
  }
}

/** Runs a script as root of namespaces of its own, where /run is empty. */
export async function inside(script: string): Promise<{ load?: number; trouble?: string }> {
  const ask = `exec ${root}/node_modules/.bin/node ${join(import.meta.dirname, "ask-inside.ts")}`;
  const whole = `set -e; mount -t tmpfs none /run; ip link set lo up; ${script.replaceAll("ASK", ask)}`;
  const args = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
  const { stdout } = await promisify(execFile)("unshare", [...args, "sh", "-c", whole], {
    timeout: 30_000,
    killSignal: "SIGKILL",
  });
  return JSON.parse(stdout);
}

export const isLoad = (text: string): void => assert.match(text, /^load \d+(\.\d+)? (1|0\.\d+)$/);
