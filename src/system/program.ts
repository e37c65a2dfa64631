/**
 * The only place that starts a program of the system (ipvsadm, ip). Knows deadlines, output limits
 * and how a child dies; knows nothing of what the programs say.
 *
 * Invariants: no shell; a fixed search path; environment LC_ALL=C and nothing of ours; whatever
 * happens ends in output or in a MachineError that names the program, the failure and its first
 * line on stderr. A child that passes its deadline is killed with its process group.
 */
import type { Ms } from "../model/time.ts";

/** Where programs are looked for, whatever the daemon's own PATH says. */
export const systemPath = "/usr/sbin:/usr/bin:/sbin:/bin";

export interface ProgramRun {
  /** A name, looked up in `path`. */
  readonly file: string;
  readonly args: readonly string[];
  /** After this long the program and its children are killed. */
  readonly deadline: Ms;
  /** Written to its stdin, which is then closed; absent: stdin is empty. */
  readonly input?: string;
  /** Output beyond this is a failure; default `outputBytesMax`. */
  readonly outputBytesMax?: number;
  /** Colon-separated directories; default `systemPath`. Tests put fixture programs there. */
  readonly path?: string;
}

export interface ProgramOutput {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. Throws MachineError unless it ends with status 0 in time. */
export type RunProgram = (run: ProgramRun) => Promise<ProgramOutput>;

export interface KeptProgramOptions {
  readonly file: string;
  readonly args: readonly string[];
  readonly path?: string;
  /** One line of its output, without the line feed. Overlong lines are cut. */
  readonly onLine: (line: string, stream: "stdout" | "stderr") => void;
  /** Called once, when it has ended for whatever reason; `why` is a sentence for people. */
  readonly onEnd: (why: string) => void;
}

/** A long-lived child whose owner talks to it line by line and starts another one when it ends. */
export interface KeptProgram {
  readonly alive: boolean;
  /** Writes to its stdin; a no-op once it has ended. */
  write(text: string): void;
  /** SIGKILL to its process group; `onEnd` follows. Does nothing when it has ended. */
  kill(): void;
  /** Resolves when it has ended. Never rejects. */
  readonly ended: Promise<void>;
}
export type KeepProgram = (options: KeptProgramOptions) => KeptProgram;
