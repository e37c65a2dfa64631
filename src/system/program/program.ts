/**
 * The only place that starts a program of the system (ipvsadm, ip). Knows deadlines, output limits
 * and how a child dies; knows nothing of what the programs say.
 *
 * Invariants: no shell but for a script of ours (listings.ts); a fixed search path; environment
 * LC_ALL=C and nothing of ours; whatever happens ends in output or in a MachineError that names the
 * program, the failure and its first line on stderr. A child that passes its deadline is killed
 * with its process group.
 */
import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { execa } from "execa";
import { MachineError } from "../../model/error.ts";
import type { Ms } from "../../model/time.ts";
import { accompany } from "../process/real-time.ts";

/** Where programs are looked for, whatever the daemon's own PATH says. */
export const systemPath = "/usr/sbin:/usr/bin:/sbin:/bin";

/** 50,000 real servers are 4 MB of `ipvsadm -Sn`; ten times that is no table any more. */
const outputBytesMax = 40_000_000;

/** `addr show` of a router with thousands of addresses is one line of 1 MB. */
const lineCharactersMax = 8_000_000;

export interface ProgramRun {
  /** A name, looked up in `path`. */
  readonly file: string;
  readonly args: readonly string[];
  /** After this long the program and its children are killed. */
  readonly deadline: Ms;
  /** Written to its stdin, which is then closed; absent: stdin is empty. */
  readonly input?: string;
  /** Ends it before its deadline; absent: nothing does. */
  readonly stopped?: AbortSignal;
  /** Output beyond this is a failure; 40 MB when absent. */
  readonly outputBytesMax?: number;
  /** It does nothing that the loop waits for: it is no real-time program, whatever the loop is. */
  readonly unhurried?: true;
  /** Colon-separated directories; default `systemPath`. Tests put fixture programs there. */
  readonly path?: string | undefined;
}

export interface ProgramOutput {
  readonly stdout: string;
  readonly stderr: string;
}

export interface KeptProgramOptions {
  readonly file: string;
  readonly args: readonly string[];
  readonly path?: string | undefined;
  /** As of ProgramRun. */
  readonly unhurried?: true;
  /** One line of its output, without the line feed. Nothing comes after `onEnd`. */
  readonly onLine: (line: string, stream: "stdout" | "stderr") => void;
  /** Called once, when it has ended for whatever reason; `why` is a sentence for people. */
  readonly onEnd: (why: string) => void;
}

/** A long-lived child whose owner talks to it line by line and starts another one when it ends. */
export interface KeptProgram {
  readonly alive: boolean;
  /** Writes to its stdin; does nothing once it has ended. */
  write(text: string): void;
  /** SIGKILL to its process group; `onEnd` follows. Does nothing when it has ended. */
  kill(): void;
  /** Resolves when it has ended, after `onEnd`. Never rejects. */
  readonly ended: Promise<void>;
}

/** Absolute path of a program, or null where no directory of `path` has it. */
export function findProgram(file: string, path = systemPath): string | null {
  for (const directory of path.split(":")) {
    const candidate = join(directory, file);
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      // Not here; the next directory may have it.
    }
  }
  return null;
}

function locate(file: string, path: string | undefined): string {
  const found = findProgram(file, path);
  if (found === null)
    throw new MachineError(`${file}: no such program in ${path ?? systemPath}; install it`);
  return found;
}

/**
 * Children lead process groups of their own, so that one signal reaches all that they start; so
 * nothing ends them together with the daemon unless it is done here. After a kill -9 of the daemon
 * the end of their stdin ends them, or the unit's control group does.
 */
const groups = new Set<number>();

/** Those that stay ordinary programs. */
const unhurriedGroups = new Set<number>();

/** Process numbers of those that run now and that the loop may wait for. */
export const runningPrograms = (): Iterable<number> =>
  [...groups].filter((pid) => !unhurriedGroups.has(pid));

let endingWatched = false;

function forget(pid: number | undefined): void {
  if (pid === undefined) return;
  groups.delete(pid);
  unhurriedGroups.delete(pid);
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended already.
  }
}

function start(
  file: string,
  args: readonly string[],
  { path = systemPath, unhurried = false }: { path?: string | undefined; unhurried?: boolean },
) {
  const child = execa(file, [...args], {
    env: { PATH: path, LC_ALL: "C" },
    extendEnv: false,
    detached: true,
    cleanup: false,
    buffer: false,
    reject: false,
    stripFinalNewline: false,
    cwd: "/",
  });
  const { pid } = child;
  if (pid !== undefined) {
    groups.add(pid);
    if (unhurried) unhurriedGroups.add(pid);
    else accompany(pid);
    if (!endingWatched) {
      endingWatched = true;
      process.once("exit", () => {
        for (const group of groups) killGroup(group);
      });
    }
  }
  // A child that ends without reading breaks the pipe: its exit says what failed, not this.
  child.stdin.on("error", () => {});
  return child;
}

interface Ended {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly originalMessage?: string | undefined;
}

const howItEnded = (ended: Ended): string => {
  if (ended.exitCode !== undefined) return `ended with status ${ended.exitCode}`;
  if (ended.signal !== undefined) return `was ended by ${ended.signal}`;
  return `could not be started: ${ended.originalMessage ?? "no reason given"}`;
};

/** Collects a stream up to a number of bytes; `onOverflow` is called once when there is more. */
function collect(stream: Readable, bytesMax: number, onOverflow: () => void): () => string {
  const chunks: Buffer[] = [];
  let bytes = 0;
  stream.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= bytesMax) chunks.push(chunk);
    else if (bytes - chunk.length <= bytesMax) onOverflow();
  });
  return () => Buffer.concat(chunks).toString("utf8");
}

const firstLine = (text: string): string => {
  const line = text.split("\n").find((candidate) => candidate.trim() !== "");
  return line === undefined ? "" : `: ${line.trim().slice(0, 300)}`;
};

/** Runs a program to its end. Throws MachineError unless it ends with status 0 in time. */
export async function runProgram(run: ProgramRun): Promise<ProgramOutput> {
  const child = start(locate(run.file, run.path), run.args, run);
  const called = [run.file, ...run.args].join(" ").slice(0, 200);
  let trouble: string | null = null;
  const stop = (why: string): void => {
    trouble ??= why;
    if (child.pid !== undefined) killGroup(child.pid);
    // Even a grandchild that left the process group must not hold the result back.
    child.stdout.destroy();
    child.stderr.destroy();
  };
  const bytesMax = run.outputBytesMax ?? outputBytesMax;
  const tooMuch = (): void => stop(`wrote more than ${bytesMax} bytes`);
  const stdout = collect(child.stdout, bytesMax, tooMuch);
  const stderr = collect(child.stderr, bytesMax, tooMuch);
  const timer = setTimeout(() => stop(`gave no answer within ${run.deadline} ms`), run.deadline);
  const interrupt = (): void => stop("was interrupted");
  run.stopped?.addEventListener("abort", interrupt);
  if (run.stopped?.aborted) interrupt();
  child.stdin.end(run.input ?? "");
  const ended = await child;
  clearTimeout(timer);
  run.stopped?.removeEventListener("abort", interrupt);
  forget(child.pid);
  if (trouble !== null) throw new MachineError(`${called}: ${trouble}${firstLine(stderr())}`);
  if (ended.failed)
    throw new MachineError(`${called}: ${howItEnded(ended)}${firstLine(stderr())}`, {
      cause: ended,
    });
  return { stdout: stdout(), stderr: stderr() };
}

/** Cuts a stream into lines; what exceeds `lineCharactersMax` without a line feed is dropped. */
function splitLines(stream: Readable, onLine: (line: string) => void): void {
  let rest: string[] = [];
  let length = 0;
  stream.setEncoding("utf8");
  stream.on("data", (text: string) => {
    let from = 0;
    for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", from)) {
      rest.push(text.slice(from, end));
      from = end + 1;
      const line = rest.join("");
      rest = [];
      length = 0;
      onLine(line);
    }
    if (length + text.length - from > lineCharactersMax) {
      rest = [];
      length = 0;
      return;
    }
    rest.push(text.slice(from));
    length += text.length - from;
  });
}

/** Starts a program that stays. Throws MachineError when there is no such program. */
export function keepProgram(options: KeptProgramOptions): KeptProgram {
  const child = start(locate(options.file, options.path), options.args, options);
  let alive = true;
  let lastWords = "";
  splitLines(child.stdout, (line) => alive && options.onLine(line, "stdout"));
  splitLines(child.stderr, (line) => {
    if (!alive) return;
    if (line.trim() !== "") lastWords = line;
    options.onLine(line, "stderr");
  });
  const ended = child.then((how) => {
    alive = false;
    forget(child.pid);
    options.onEnd(`${options.file} ${howItEnded(how)}${firstLine(lastWords)}`);
  });
  return {
    get alive() {
      return alive;
    },
    write(text) {
      if (alive) child.stdin.write(text);
    },
    kill() {
      if (!alive) return;
      if (child.pid !== undefined) killGroup(child.pid);
      child.stdout.destroy();
      child.stderr.destroy();
    },
    ended,
  };
}
