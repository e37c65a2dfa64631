/**
 * Tries by an operator's command: no shell, no input, an environment of its own, none of lvsd's
 * capabilities, bounded output, and an end at the deadline for it and all that it started.
 *
 * setpriv(1) takes the privileges away, since Node cannot between fork and exec: ambient and
 * inheritable capabilities for a user, the bounding set too for root (capabilities(7),
 * "Transformation of capabilities during execve()"), and `no_new_privs` against set-user-ID
 * programs.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import type { CommandCheck } from "../config/config.ts";
import { excerpt } from "../dialogue/excerpt.ts";
import { containing, type Fits } from "../dialogue/pattern.ts";
import type { Endpoint } from "./check.ts";
import { type Deadline, failed, failedBy, late, passed, type Verdict } from "./verdict.ts";

/** Output of a check is a word or a page; more is a program that went wild. */
export const outputBytesMax = 64 * 1024;

/**
 * How long, in ms, the pipes may stay open after the command's own end: what it left in the
 * background may hold them for ever, and what it wrote before is read long before this.
 */
const pipesOpenMax = 100;

/** Debian's places; a check names others by absolute path. */
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
 * What setpriv is told to take away from a process of this user with these effective capabilities.
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

/** Patterns and texts by their check, so that each is compiled once. */
const compiled = new WeakMap<CommandCheck, Fits>();

function fitsOf(check: CommandCheck): Fits | null {
  if (check.expect === null) return null;
  const known = compiled.get(check);
  if (known !== undefined) return known;
  const fits = containing(check.expect, check.regex);
  compiled.set(check, fits);
  return fits;
}

/** `%h` and `%p` stand for the real server's address and port, anywhere in an argument. */
export const fillIn = (argument: string, endpoint: Endpoint): string =>
  argument.replaceAll(/%[hp]/g, (sign) =>
    sign === "%h" ? endpoint.address : String(endpoint.port),
  );

export function tryCommand(
  check: CommandCheck,
  endpoint: Endpoint,
  deadline: Deadline,
): Promise<Verdict> {
  return new Promise((resolve) => {
    if (deadline.signal.aborted) return resolve(late("end of the command", deadline));
    const fits = fitsOf(check);
    const dropped = takenHere();
    if (dropped === null)
      return resolve(failed("local", "root without CAP_SETPCAP runs no command"));
    const child = start(check, endpoint, dropped);
    const output = new Output();
    const complaint = new Output();
    let over = false;
    const finish = (verdict: Verdict): void => {
      if (over) return;
      over = true;
      deadline.signal.removeEventListener("abort", expire);
      killAll(child);
      resolve(verdict);
    };
    const expire = (): void => finish(late("end of the command", deadline));
    const endless = (): void =>
      finish(failed("too-long", `it printed more than ${outputBytesMax} bytes`));
    deadline.signal.addEventListener("abort", expire, { once: true });
    child.stdout?.on("data", (bytes: Buffer) => output.take(bytes) || endless());
    child.stderr?.on("data", (bytes: Buffer) => complaint.take(bytes) || endless());
    // Only setpriv itself can fail to start: a missing command is setpriv's exit status.
    child.on("error", (error) => finish(failedBy(error, "local")));
    const ended = (status: number | null, signal: NodeJS.Signals | null): void =>
      finish(judge(status, signal, output, complaint, fits));
    child.once("close", ended);
    child.once("exit", (status, signal) => {
      setTimeout(() => ended(status, signal), pipesOpenMax).unref();
    });
  });
}

function start(check: CommandCheck, endpoint: Endpoint, dropped: readonly string[]): ChildProcess {
  const args = check.args.map((argument) => fillIn(argument, endpoint));
  return spawn("/usr/bin/setpriv", [...dropped, "--", check.command, ...args], {
    cwd: "/",
    env: { ...environment, ...check.environment },
    stdio: ["ignore", "pipe", "pipe"],
    // A process group of its own, so that all of it can be killed at once.
    detached: true,
  });
}

/** Ends the command, what it started and what they hold open. Safe to repeat. */
function killAll(child: ChildProcess): void {
  child.stdout?.destroy();
  child.stderr?.destroy();
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // ESRCH: nothing of the group is left, which is the usual case.
  }
}

function judge(
  status: number | null,
  signal: NodeJS.Signals | null,
  output: Output,
  complaint: Output,
  fits: Fits | null,
): Verdict {
  if (status !== 0) {
    const end = status === null ? `killed by ${signal ?? "a signal"}` : `exit status ${status}`;
    const said = complaint.length > 0 ? complaint : output;
    return failed("exit", said.length === 0 ? end : `${end}, said ${excerpt(said.bytes())}`);
  }
  if (fits === null || fits(withoutLineEnds(output.bytes()))) return passed;
  return failed("unexpected", `it printed ${excerpt(output.bytes())}`);
}

/** As `$(command)` gives it, so that `^OK$` means what it seems to. */
function withoutLineEnds(bytes: Buffer): Buffer {
  let length = bytes.length;
  while (bytes[length - 1] === 0x0a) length -= 1;
  return bytes.subarray(0, length);
}

/** What a command prints, up to the bound. */
class Output {
  readonly #pieces: Buffer[] = [];
  length = 0;

  /** False once the bound is passed. */
  take(bytes: Buffer): boolean {
    this.length += bytes.length;
    if (this.length > outputBytesMax) return false;
    this.#pieces.push(bytes);
    return true;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#pieces);
  }
}
