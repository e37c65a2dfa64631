/** The inner side of a resident: answers the questions of the scenario's main thread. */
import { setPriority } from "node:os";
import { parentPort } from "node:worker_threads";

interface Asked {
  readonly id: number;
  readonly question: unknown;
}

/** Answers every question with what `answer` returns; `"ready"` is answered by itself. */
export function serveQuestions(answer: (question: unknown) => unknown): void {
  // setpriority(2) of Linux means the calling thread. Who watches, sends or floods is a machine of
  // its own; on the guest's one processor it must not wait for the start of a program, nor may a
  // router wait for it: the same priority as lvsd's unit gives it.
  setPriority(0, -10);
  parentPort?.on("message", async (asked: Asked) => {
    const value = asked.question === "ready" ? true : await answer(asked.question);
    parentPort?.postMessage({ id: asked.id, value });
  });
}
