/**
 * Runs an operator's command: no shell, an environment of its own, none of lvsd's capabilities,
 * bounded output, and an end at the deadline for it and all that it started.
 *
 * setpriv(1) takes the privileges away, since Node cannot between fork and exec: ambient and
 * inheritable capabilities for a user, the bounding set too for root (capabilities(7),
 * "Transformation of capabilities during execve()"), and `no_new_privs` against set-user-ID
 * programs.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { contained, ofThisWork } from "../containment.ts";

/** Output of a command is a word or a page; more is a program that went wild. */
export const outputBytesMax = 64 * 1024;

/**
 * How long, in ms, the pipes may stay open after the command's own end: what it left in the
 * background may hold them for ever, and what it wrote before is read long before this.
 */
const pipesOpenMax = 100;

/** Debian's places; operators name others by absolute path. */
const environment = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LANG: "C.UTF-8" };

const privileges = [
  "--inh-caps=-all",
  "--ambient-caps=-all",
  "--no-new-privs",
  // The command does not outlive a daemon that was killed (prctl(2), PR_SET_PDEATHSIG).
  "--pdeathsig=KILL",
];

/** CAP_SETPCAP, as a bit of the sets in /proc/self/status (capabilities(7)). */
const setpcap = 1n << 8n;

/**
 * What setpriv takes away from a process of this user with these effective capabilities.
 * Root gets every capability of the bounding set back at execve, so root loses that set as well;
 * null: it cannot, and setpriv would keep silent about that.
 */
export function takenAway(user: number, effective: bigint): readonly string[] | null {
  if (user !== 0) return privileges;
  return (effective & setpcap) === 0n ? null : [...privileges, "--bounding-set=-all"];
}

/** What is taken away from this process's commands; found out once. */
let taken: readonly string[] | null | undefined;

function takenHere(): readonly string[] | null {
  if (taken === undefined) {
    const status = readFileSync("/proc/self/status", "utf8");
    const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0";
    taken = takenAway(process.geteuid?.() ?? 0, BigInt(`0x${effective}`));
  }
  return taken;
}

export interface CommandRun {
  /** An absolute path, or a name in the usual directories. */
  readonly command: string;
  readonly args: readonly string[];
  /** Added to PATH and LANG, which are all that there is else. */
  readonly environment: Readonly<Record<string, string>>;
  /** What it reads on stdin; absent: nothing. */
  readonly input?: string;
  /** Its deadline: when it aborts, the command's whole process group is killed. */
  readonly signal: AbortSignal;
  /** What it started and left in its process group goes on when it ends with status 0. */
  readonly leavesBehind?: boolean;
}

/** How a command ended. */
export type CommandEnd =
  | {
      readonly kind: "ended";
      /** Null when a signal ended it. */
      readonly status: number | null;
      readonly killedBy: NodeJS.Signals | null;
      readonly output: Buffer;
      readonly complaint: Buffer;
    }
  | { readonly kind: "late" }
  | { readonly kind: "too-long" }
  | { readonly kind: "not-started"; readonly why: Error };

export type RunCommand = (run: CommandRun) => Promise<CommandEnd>;

/** Runs a command to its end. Never rejects; nothing of its group is left, unless it may be. */
export function runUnprivileged(run: CommandRun): Promise<CommandEnd> {
  const thrown = new AbortController();
  return contained(`command ${run.command}`, () => runToEnd(run, thrown.signal)).catch(
    (why: unknown): CommandEnd => {
      thrown.abort();
      return { kind: "not-started", why: why instanceof Error ? why : new Error(String(why)) };
    },
  );
}

/** `thrown`: something threw, and the command is to end. */
function runToEnd(run: CommandRun, thrown: AbortSignal): Promise<CommandEnd> {
  return new Promise((resolve) => {
    if (run.signal.aborted) return resolve({ kind: "late" });
    const dropped = takenHere();
    if (dropped === null) {
      const why = new Error("root without CAP_SETPCAP runs no command");
      return resolve({ kind: "not-started", why });
    }
    const child = start(run, dropped);
    const output = new Output();
    const complaint = new Output();
    let over = false;
    const finish = (end: CommandEnd): void => {
      if (over) return;
      over = true;
      run.signal.removeEventListener("abort", expire);
      letGo(child);
      const went = end.kind === "ended" && end.status === 0;
      if (!(run.leavesBehind === true && went)) killGroup(child);
      resolve(end);
    };
    const expire = ofThisWork((): void => finish({ kind: "late" }));
    const endless = (): void => finish({ kind: "too-long" });
    run.signal.addEventListener("abort", expire, { once: true });
    thrown.addEventListener("abort", expire, { once: true });
    child.stdout?.on("data", (bytes: Buffer) => output.take(bytes) || endless());
    child.stderr?.on("data", (bytes: Buffer) => complaint.take(bytes) || endless());
    // Only setpriv itself can fail to start: a missing command is setpriv's exit status.
    child.on("error", (why) => finish({ kind: "not-started", why }));
    const ended = (status: number | null, killedBy: NodeJS.Signals | null): void =>
      finish({
        kind: "ended",
        status,
        killedBy,
        output: output.bytes(),
        complaint: complaint.bytes(),
      });
    child.once("close", ended);
    child.once("exit", (status, killedBy) => {
      setTimeout(() => ended(status, killedBy), pipesOpenMax).unref();
    });
  });
}

function start(run: CommandRun, dropped: readonly string[]): ChildProcess {
  const child = spawn("/usr/bin/setpriv", [...dropped, "--", run.command, ...run.args], {
    cwd: "/",
    env: { ...environment, ...run.environment },
    stdio: [run.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    // A process group of its own, so that all of it can be killed at once.
    detached: true,
  });
  // A command that ends without reading breaks the pipe: its exit says what failed, not this.
  child.stdin?.on("error", () => {});
  child.stdin?.end(run.input);
  return child;
}

/** Closes our ends of its pipes, which what it started may hold open. */
function letGo(child: ChildProcess): void {
  child.stdin?.destroy();
  child.stdout?.destroy();
  child.stderr?.destroy();
}

/** Ends the command and what it started. Safe to repeat. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // ESRCH: nothing of the group is left, which is the usual case.
  }
}

/** What a command prints, up to the bound. */
class Output {
  readonly #pieces: Buffer[] = [];
  #length = 0;

  /** False once the bound is passed. */
  take(bytes: Buffer): boolean {
    this.#length += bytes.length;
    if (this.#length > outputBytesMax) return false;
    this.#pieces.push(bytes);
    return true;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#pieces);
  }
}
