/** What the daemon is given by the process that runs it. */
import type { Problem } from "../keys/problem.ts";
import type { Role } from "../model/router.ts";
import type { Doors } from "./doors.ts";
import type { Journal } from "./journal.ts";

export interface DaemonParts {
  readonly doors: Omit<Doors, "report">;
  readonly journal: Journal;
  readonly role: Role | null;
  /** Why the file on the disk cannot be run, where an older one is loaded; null: it can. */
  readonly fileProblems: readonly Problem[] | null;
  /** One line for `systemctl status`. */
  readonly announceStatus: (text: string) => void;
  /** Why a process could not start in the place of this one; null: it could. */
  readonly imageRefused: () => string | null;
  /** Ends in `leave`, soon. */
  readonly restart: () => void;
}
