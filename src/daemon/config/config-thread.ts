/**
 * What takes long with the operator's texts, in a thread of its own: a configuration of 10,000 real
 * servers keeps a processor busy for seconds, and the heartbeat must not wait for it.
 */
import { Worker } from "node:worker_threads";
import type { ConfigFile } from "../../config/read-config.ts";
import type { Problem } from "../../keys/problem.ts";
import { MachineError } from "../../model/error.ts";
import type { Question } from "./config-question.ts";
import type { Refusals, Written } from "./running.ts";

/** 50,000 real servers take four seconds; on a machine that is busy, five times as long. */
const answerMsMax = 30_000;

/** The largest configuration takes a third of it. A text beyond it ends the thread alone. */
const heapMegabytesMax = 1024;

/**
 * The operator's files, read and judged. All of these throw MachineError when the thread fails or
 * is late. `loaded`: the main file in force, for a `text` from outside; `past`: files of those that
 * it took the place of.
 */
export const readWritten = (
  path: string,
  text: string | null = null,
  loaded: string | null = null,
  past: readonly string[] = [],
) => asked<Written | Refusals>({ kind: "read", path, text, loaded, past, instead: null });

/** These files in place of what is on the disk, as they were loaded once. */
export const readKept = (path: string, instead: readonly ConfigFile[]) =>
  asked<Written | Refusals>({
    kind: "read",
    path,
    text: null,
    loaded: null,
    past: [],
    instead,
  });

/** As `withSerial` (config/saving/edit.ts); of Piranha's lvs.cf, as the YAML in its place. */
export const raisedSerial = (path: string, text: string, serial: number) =>
  asked<string | null>({ kind: "serial", path, text, serial });

/** As `beyondControl` (config/bounds.ts), with the executables of this machine. */
export const beyondBounds = (question: Omit<Question & { kind: "bounds" }, "kind">) =>
  asked<readonly Problem[]>({ kind: "bounds", ...question });

/** Asks a thread; `msMax` is its deadline. Throws MachineError. */
export async function asked<Answer>(question: Question, msMax = answerMsMax): Promise<Answer> {
  const worker = new Worker(new URL("./config-worker.ts", import.meta.url), {
    workerData: question,
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytesMax },
    // Neither the environment nor the options of a debugger reach the operator's texts.
    env: {},
    execArgv: [],
  });
  const { path } = question;
  // It ends by itself once it has answered; a thread that is ended by force may be doing so already.
  return new Promise<Answer>((resolve, reject) => {
    const late = setTimeout(() => {
      reject(new MachineError(`${path}: judging it takes longer than ${msMax / 1000} s`));
      void worker.terminate();
    }, msMax);
    worker.once("message", (answer: Answer) => {
      clearTimeout(late);
      resolve(answer);
    });
    worker.once("exit", () => clearTimeout(late));
    worker.once("error", (thrown) => reject(failed(path, thrown)));
    worker.once("exit", (status) => reject(failed(path, `the reader ended with ${status}`)));
  });
}

/** No memory, no thread: the files are not to blame. */
const failed = (path: string, thrown: unknown): MachineError =>
  new MachineError(
    `${path}: cannot be read now: ${thrown instanceof Error ? thrown.message : thrown}`,
    { cause: thrown },
  );
