/** The inner side of a resident: answers the questions of the scenario's main thread. */
import { parentPort } from "node:worker_threads";

interface Asked {
  readonly id: number;
  readonly question: unknown;
}

/** Answers every question with what `answer` returns; `"ready"` is answered by itself. */
export function serveQuestions(answer: (question: unknown) => unknown): void {
  parentPort?.on("message", async (asked: Asked) => {
    const value = asked.question === "ready" ? true : await answer(asked.question);
    parentPort?.postMessage({ id: asked.id, value });
  });
}
