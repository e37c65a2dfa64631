/**
 * What takes long with the operator's texts, in a thread of its own: a configuration of 10,000 real
 * servers keeps a processor busy for seconds, and the heartbeat must not wait for it.
 */
import { Worker } from "node:worker_threads";
import type { Problem } from "../../keys/problem.ts";
import { MachineError } from "../../model/error.ts";
import type { Question } from "./config-question.ts";
import type { Refusals, Written } from "./running.ts";

/** The operator's files, read and judged. All of these throw MachineError when the thread fails. */
export const readWritten = (path: string, text: string | null = null) =>
  asked<Written | Refusals>({ kind: "read", path, text });

/** As `withSerial` (config/saving/edit.ts). */
export const raisedSerial = (path: string, text: string, serial: number) =>
  asked<string | null>({ kind: "serial", path, text, serial });

/** As `beyondControl` (config/bounds.ts), with the executables of this machine. */
export const beyondBounds = (question: Omit<Question & { kind: "bounds" }, "kind">) =>
  asked<readonly Problem[]>({ kind: "bounds", ...question });

async function asked<Answer>(question: Question): Promise<Answer> {
  const worker = new Worker(new URL("./config-worker.ts", import.meta.url), {
    workerData: question,
  });
  const { path } = question;
  // It ends by itself once it has answered; a thread that is ended by force may be doing so already.
  return new Promise<Answer>((resolve, reject) => {
    worker.once("message", resolve);
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
