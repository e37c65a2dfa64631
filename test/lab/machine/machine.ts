/**
 * A machine with a namespace, cables and processes: what can be done to it whatever runs on it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, openSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { addressesIn, within } from "./namespace.ts";
import type { Network } from "./network.ts";
import { output } from "./pipe.ts";

export class Machine {
  readonly name: string;
  readonly network: Network;
  /** Its files: configuration, logs, run and state directories. They survive a power cut. */
  readonly directory: string;
  powered = true;

  constructor(network: Network, name: string) {
    this.network = network;
    this.name = name;
    this.directory = `/run/lab/${name}`;
    mkdirSync(this.directory, { recursive: true });
  }

  /**
   * Starts a program in the machine's network and mount namespace; its output goes to `log`.
   * The returned process is the program itself, since ip(8) execs it.
   */
  spawn(log: string, argv: readonly string[], environment: NodeJS.ProcessEnv = {}): ChildProcess {
    const file = openSync(`${this.directory}/${log}`, "a");
    return spawn("ip", ["netns", "exec", this.name, ...argv], {
      stdio: ["ignore", file, file],
      env: { ...process.env, ...environment },
    });
  }

  /** Runs a program there to its end; its output. */
  output(...argv: readonly string[]): Promise<string> {
    return output("ip", "netns", "exec", this.name, ...argv);
  }

  /** Whether one of its interfaces carries this address. */
  holds(address: string): boolean {
    return this.powered && addressesIn(this.name).includes(address);
  }

  /** Pids of everything that runs in its namespace, but `others` and what they have started. */
  processes(others: ReadonlySet<number> = new Set()): number[] {
    const all = this.#all().toSorted((one, other) => one - other);
    const left = new Set(others);
    for (const pid of all) if (left.has(parentOf(pid))) left.add(pid);
    return all.filter((pid) => !left.has(pid));
  }

  #all(): number[] {
    const own = within(this.name, () => readlinkSync("/proc/thread-self/ns/net"));
    return readdirSync("/proc")
      .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
      .map(Number)
      .filter((pid) => {
        try {
          return readlinkSync(`/proc/${pid}/ns/net`) === own;
        } catch {
          return false;
        }
      });
  }

  /** Kills whatever runs on it, but `others`, until nothing does. */
  async killAll(others?: ReadonlySet<number>): Promise<void> {
    for (let pids = this.processes(others); pids.length > 0; pids = this.processes(others)) {
      for (const pid of pids) signal(pid, "SIGKILL");
      await sleep(5);
    }
  }

  /** Everything is gone at one moment: first its cables, then all that ran on it. */
  async powerOff(): Promise<void> {
    this.network.unplug(this.name);
    this.powered = false;
    await this.killAll();
  }

  /** It comes back with its disk, and nothing else. */
  async powerOn(): Promise<void> {
    await this.network.replug(this.name);
    this.powered = true;
  }
}

/** Signals a process; one that has just ended is left in peace. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== "ESRCH") throw thrown;
  }
}

/** The command name of a process, at most 15 characters; empty when it has ended. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return "";
  }
}

/** The process that started it; 0 when it has ended. */
export function parentOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return 0;
  }
}
