/** The inner side of a resident: answers the questions of the scenario's main thread. */
import { execFileSync } from "node:child_process";
import { readlinkSync } from "node:fs";
import { basename } from "node:path";
import { parentPort } from "node:worker_threads";
import { forThread } from "../actors/unit.ts";

interface Asked {
  readonly id: number;
  readonly question: unknown;
}

/**
 * Puts this thread into the class in which a router's daemon is. Who watches or sends is a machine
 * of its own; on the guest's one processor it must not wait for the start of a program, nor may a
 * router wait for it.
 */
export function hurry(): void {
  const thread = Number(basename(readlinkSync("/proc/thread-self")));
  const [program = "", ...words] = forThread(thread);
  execFileSync(program, words);
}

/** Answers every question with what `answer` returns; `"ready"` is answered by itself. */
export function serveQuestions(answer: (question: unknown) => unknown): void {
  parentPort?.on("message", async (asked: Asked) => {
    const value = asked.question === "ready" ? true : await answer(asked.question);
    parentPort?.postMessage({ id: asked.id, value });
  });
}
