/**
 * Runs one command on a kernel with IPVS, whatever kernel this machine has.
 *
 * Where the host's kernel knows ip_vs the command runs there, in mount, process and network
 * namespaces of its own; elsewhere in a User-Mode Linux guest (uml.ts), or one with Debian's own
 * kernel where that kernel lacks something (debian.ts). At most one run a CPU at a
 * time, also between processes: figures are worth nothing on a shared CPU. Every run has a hard
 * time limit and leaves no process behind.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { compile } from "../programs/compile.ts";
import { debianCommand, emulationFactor } from "./debian.ts";
import { beginMarker, type GuestCommand } from "./init-script.ts";
import { initScript, memoryDirectory, umlArguments, umlProgram } from "./uml.ts";

export type KernelKind = "host" | "uml" | "debian";

export interface RunRequest {
  readonly argv: readonly string[];
  /** The project's directory. */
  readonly project: string;
  /** From the moment a CPU is free. */
  readonly limitSeconds: number;
  /** See Scenario; means nothing on the host's kernel. */
  readonly turnMs?: number;
  /** A scenario that changes what namespaces share (the clock) must not run on the host's kernel. */
  readonly ownMachine?: boolean;
  /** See Scenario; a kernel of the host's that has IPVS has it all. */
  readonly debianKernel?: boolean;
  /** With no other run beside it, on whichever processor. */
  readonly alone?: boolean;
  /** Namespaces of this machine whatever its kernel has, on all processors, alone. */
  readonly wholeHost?: boolean;
  /** Every line that the command prints. */
  readonly onLine: (line: string) => void;
}

export interface RunResult {
  /** The command's exit status; null when the time limit ended it. */
  readonly status: number | null;
  /** Directory into which the command wrote its files (`LAB_OUT` in its environment). */
  readonly out: string;
  readonly kernel: KernelKind;
}

/** The kernel's. */
const turnMsDefault = 100;

/** flock(1)'s answer when somebody else holds the CPU's lock. */
const busyStatus = 99;

/** Which kernel a run gets; `LAB_KERNEL=uml`, `debian` or `host` overrides the choice. */
export function kernelKind(ownMachine = false, debianKernel = false): KernelKind {
  const forced = process.env.LAB_KERNEL;
  if (forced === "host" || forced === "uml" || forced === "debian") return forced;
  const guest = debianKernel ? "debian" : "uml";
  if (ownMachine || process.getuid?.() !== 0) return guest;
  if (!existsSync("/proc/net/ip_vs")) spawnSync("modprobe", ["ip_vs"], { stdio: "ignore" });
  return existsSync("/proc/net/ip_vs") ? "host" : guest;
}

/** Runs the command and resolves when it has ended and all its processes are gone. */
export async function run(request: RunRequest): Promise<RunResult> {
  const kernel =
    request.wholeHost === true ? "host" : kernelKind(request.ownMachine, request.debianKernel);
  if (kernel === "uml" && !existsSync(umlProgram))
    throw new Error(`${umlProgram} is missing: apt-get install user-mode-linux (or: make set-up)`);
  const directory = mkdtempSync(path.join(tmpdir(), "lvsd-lab-"));
  const out = path.join(directory, "out");
  mkdirSync(out);
  const line = commandFor(kernel, request, directory, out);
  const child = await start(line, request);
  const status = await supervise(child, request, out, kernel);
  for (const left of leftovers(directory)) rmSync(left, { recursive: true });
  return { status, out, kernel };
}

const environment = (request: RunRequest, out: string): string[] => [
  "env",
  `LAB_OUT=${out}`,
  `NODE_COMPILE_CACHE=${cacheDirectory()}`,
  `LAB_CLIENT=${compile("client", cacheDirectory())}`,
  `LAB_HOLDER_WATCH=${compile("holder-watch", cacheDirectory())}`,
  `LAB_REAL_SERVER=${compile("real-server", cacheDirectory())}`,
  `LAB_YARDSTICK=${compile("yardstick", cacheDirectory())}`,
  `LAB_PROJECT=${request.project}`,
  ...request.argv,
];

/** Compiled programs and scenarios, kept from run to run; each is compared with its source. */
function cacheDirectory(): string {
  const place = path.join(tmpdir(), `lvsd-lab-cache-${process.getuid?.() ?? 0}`);
  mkdirSync(place, { recursive: true, mode: 0o700 });
  return place;
}

function commandFor(
  kernel: KernelKind,
  request: RunRequest,
  directory: string,
  out: string,
): string[] {
  if (kernel === "host") return hostCommand(request, out);
  const { project, limitSeconds, turnMs = turnMsDefault } = request;
  const slow = kernel === "debian" ? [`LAB_PATIENCE=${emulationFactor}`] : [];
  const command: GuestCommand = {
    argv: ["env", "LAB_REAL_TIME=1", ...slow, ...environment(request, out)],
    project,
    out,
    cache: cacheDirectory(),
    turnMs,
    limitSeconds: limitSeconds + 10,
  };
  return kernel === "uml" ? umlCommand(command, directory) : debianCommand(directory, command);
}

function umlCommand(command: GuestCommand, directory: string): string[] {
  writeFileSync(path.join(directory, "init"), initScript(command), { mode: 0o755 });
  const registers = compile("extended-registers", cacheDirectory(), "-shared", "-fPIC");
  return ["env", `LD_PRELOAD=${registers}`, umlProgram, ...umlArguments(directory)];
}

/** New mount, process and network namespaces; /run is empty, so that `ip netns` is private. */
function hostCommand(request: RunRequest, out: string): string[] {
  const inside =
    "mount -t tmpfs run /run && mkdir -p /run/netns /run/lab && ip link set lo up && " +
    `cd "$LAB_PROJECT" && echo "${beginMarker}" && "$@"; echo $? > "$LAB_OUT/rc"`;
  const [env = "env", ...rest] = environment(request, out);
  const assignments = rest.filter((word) => /^[A-Z_]+=/.test(word));
  return [
    env,
    ...assignments,
    "unshare",
    "--mount",
    "--net",
    "--pid",
    "--fork",
    "--mount-proc",
    "--kill-child",
    "sh",
    "-c",
    inside,
    "sh",
    ...request.argv,
  ];
}

const leftovers = (directory: string): string[] =>
  readdirSync(directory)
    .filter((name) => name !== "out")
    .map((name) => path.join(directory, name));

const cpuNumbers = (): number[] => [...Array(availableParallelism()).keys()];

const pinned = (cpu: number, command: readonly string[]): string[] => [
  "taskset",
  "-c",
  `${cpu}`,
  ...command,
];

/** The processor of `LAB_CPU`, for who wants the other one for something else. */
const chosenCpu = (): number | undefined =>
  process.env.LAB_CPU === undefined ? undefined : Number.parseInt(process.env.LAB_CPU, 10);

function start(command: readonly string[], request: RunRequest): Promise<ChildProcess> {
  if (request.wholeHost === true) return withNobodyBeside(command);
  return request.alone === true
    ? withNobodyBeside(pinned(chosenCpu() ?? 0, command))
    : onFreeCpu(command);
}

/** Starts the command pinned to the first CPU that nobody else uses for a lab run. */
async function onFreeCpu(command: readonly string[]): Promise<ChildProcess> {
  const chosen = chosenCpu();
  const cpus = chosen === undefined ? cpuNumbers() : [chosen];
  for (;;) {
    for (const cpu of cpus) {
      const child = locked([cpu], nonblock, pinned(cpu, command));
      if (await started(child)) return child;
    }
    await sleep(250);
  }
}

/**
 * Starts the command once no lab run uses any CPU. It queues for one after the other, in the same
 * order whoever asks; resolves at the command's first line.
 */
async function withNobodyBeside(command: readonly string[]): Promise<ChildProcess> {
  const child = locked(cpuNumbers(), [], command);
  const { stdout } = child;
  if (stdout !== null) await Promise.race([once(child, "exit"), once(stdout, "readable")]);
  return child;
}

const nonblock = ["--nonblock", "--conflict-exit-code", `${busyStatus}`];

/** The command behind the locks of these CPUs; with `nonblock` it ends when one is taken. */
function locked(
  cpus: readonly number[],
  options: readonly string[],
  command: readonly string[],
): ChildProcess {
  // flock execs the command, which inherits the lock: it is free again when all have ended.
  const locks = cpus.flatMap((cpu) => [
    "flock",
    ...options,
    "--no-fork",
    path.join(tmpdir(), `lvsd-lab-cpu${cpu}.lock`),
  ]);
  const [program = "", ...args] = [...locks, ...command];
  return spawn(program, args, {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, TMPDIR: memoryDirectory() },
  });
}

/** False when flock found the CPU taken; true once the command's first byte or 500 ms came. */
function started(child: ChildProcess): Promise<boolean> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code !== busyStatus));
    setTimeout(() => resolve(child.exitCode !== busyStatus), 500);
  });
}

async function supervise(
  child: ChildProcess,
  request: RunRequest,
  out: string,
  kernel: KernelKind,
): Promise<number | null> {
  const { pid } = child;
  if (pid === undefined || child.stdout === null) throw new Error("the lab's kernel did not start");
  const kill = () => endSession(pid);
  process.once("exit", kill);
  const stop = () => process.exit(130);
  process.once("SIGINT", stop).once("SIGTERM", stop);
  let begun = false;
  const before: string[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (raw) => {
    const line = raw.replace(/\r$/, "");
    if (begun) request.onLine(line);
    else if (line.includes(beginMarker)) begun = true;
    else before.push(line);
  });
  child.stderr?.resume();
  const limit = setTimeout(kill, request.limitSeconds * 1000 + 15_000);
  await ended(child);
  clearTimeout(limit);
  // UML's helper processes may hold the pipe a moment longer than the kernel itself lives.
  await Promise.race([new Promise((resolve) => lines.once("close", resolve)), sleep(500)]);
  kill();
  process.removeListener("exit", kill);
  process.removeListener("SIGINT", stop).removeListener("SIGTERM", stop);
  const file = path.join(out, "rc");
  if (!begun) {
    for (const line of before) request.onLine(line);
    const console = path.join(out, "console.txt");
    if (existsSync(console)) request.onLine(readFileSync(console, "utf8"));
    request.onLine(`the lab's kernel (${kernel}) did not get as far as its first line`);
  }
  return existsSync(file) ? Number.parseInt(readFileSync(file, "utf8"), 10) : null;
}

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once("exit", () => resolve());
  });

/** Kills every process of the session that the run was started as. */
function endSession(session: number): void {
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      // proc(5), stat: after the command's closing parenthesis come state, ppid, pgrp, session.
      const fields = readFileSync(`/proc/${name}/stat`, "utf8")
        .replace(/^.*\) /s, "")
        .split(" ");
      if (Number(fields[3]) === session) process.kill(Number(name), "SIGKILL");
    } catch {
      // It ended while we looked.
    }
  }
}
