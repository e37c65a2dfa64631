/** What a daemon has logged, over all its restarts, read from the file that the lab gave it. */
import { existsSync, readFileSync } from "node:fs";
import type { LvsdEvent } from "../../../src/model/event.ts";

/** The whole text; empty before the first start. */
export const logText = (file: string): string =>
  existsSync(file) ? readFileSync(file, "utf8") : "";

/** Every event in it; lines that are none, or are not whole, are left out. */
export function loggedEvents(log: string): LvsdEvent[] {
  return log
    .split("\n")
    .map((line) => line.replace(/^<\d>/, ""))
    .filter((line) => line.startsWith("{"))
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as LvsdEvent];
      } catch {
        return [];
      }
    });
}

/** The state that the last change of state led to; null: there was none. Reads that line alone. */
export function loggedState(log: string): string | null {
  const at = log.lastIndexOf('"event":"state","kind":"changed"');
  const line = at === -1 ? "" : (log.slice(at).split("\n", 1)[0] ?? "");
  return /"to":"(\w+)"/.exec(line)?.[1] ?? null;
}
