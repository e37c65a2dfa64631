/** How an operator's command ended, as one line for people. */
import { printableLine } from "../../check/excerpt.ts";
import type { CommandEnd } from "./unprivileged.ts";

/** One line of the log. */
const saidCharactersMax = 200;

/**
 * Why a command did not do its work; null: it did. `late` says whose end it was, if not its own.
 */
export function failureOf(end: CommandEnd, late: string): string | null {
  switch (end.kind) {
    case "ended": {
      if (end.status === 0) return null;
      const how =
        end.status === null ? `ended by ${end.killedBy ?? "a signal"}` : `status ${end.status}`;
      const said = end.complaint.length > 0 ? end.complaint : end.output;
      return said.length === 0
        ? how
        : `${how}: ${printableLine(said.toString("utf8").trim(), saidCharactersMax)}`;
    }
    case "late":
      return late;
    case "too-long":
      return "it printed without end";
    case "not-started":
      return end.why.message;
    default:
      return end satisfies never;
  }
}
