/** Which configuration a starting daemon runs: the file's, the last good one, or none. */
import { existsSync } from "node:fs";
import type { Problem } from "../../keys/problem.ts";
import { readKept, readWritten } from "./config-thread.ts";
import { lastGood } from "./last-good.ts";
import type { Written } from "./running.ts";

export type FirstConfig =
  /** `fileProblems`: why the file is not it; null: it is. */
  | { readonly written: Written; readonly fileProblems: readonly Problem[] | null }
  /** Null: there is no file; else why it cannot be run, and no older one is kept. */
  | { readonly unconfigured: readonly Problem[] | null }
  | { readonly refused: readonly Problem[] };

/** Throws MachineError where the files cannot be judged now. */
export async function firstConfig(options: {
  readonly configPath: string;
  readonly stateDir: string;
  readonly strict: boolean;
}): Promise<FirstConfig> {
  const { configPath, stateDir, strict } = options;
  const written = await readWritten(configPath);
  if (!("problems" in written)) return { written, fileProblems: null };
  const { problems } = written;
  if (strict) return { refused: problems };
  if (!existsSync(configPath)) return { unconfigured: null };
  const files = lastGood(stateDir);
  const kept = files === null ? null : await readKept(configPath, files);
  if (kept === null || "problems" in kept) return { unconfigured: problems };
  return { written: kept, fileProblems: problems };
}
