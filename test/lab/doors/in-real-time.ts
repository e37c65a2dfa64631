/** What a thread of the kernel's comes to when the loop of a router that serves goes before it. */
import { execFileSync } from "node:child_process";

const schedule = (policy: string, priority: number): void => {
  execFileSync("chrt", [policy, "--pid", `${priority}`, `${process.pid}`]);
};

/** Runs `act` in real time. Throws what it throws. */
export async function inRealTime<Result>(act: () => Result | Promise<Result>): Promise<Result> {
  schedule("--rr", 1);
  try {
    return await act();
  } finally {
    schedule("--other", 0);
  }
}
