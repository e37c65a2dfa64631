/**
 * Where lvsd's files are when nothing else is configured: the usual places and systemd's
 * variables.
 */
import { resolve } from "node:path";
import { socketName } from "../control/api.ts";

export const defaultConfig = "/etc/lvsd/lvsd.yaml";

/** systemd.exec(5): several directories are separated by colons; the first is ours. */
const firstOf = (list: string | undefined): string | null => {
  const [first = ""] = (list ?? "").split(":");
  return first === "" ? null : first;
};

/** Holds the control socket. */
export const defaultRunDir = (environment: NodeJS.ProcessEnv): string =>
  firstOf(environment.RUNTIME_DIRECTORY) ?? "/run/lvsd";

/** Holds what outlives the daemon. */
export const defaultStateDir = (environment: NodeJS.ProcessEnv): string =>
  firstOf(environment.STATE_DIRECTORY) ?? "/var/lib/lvsd";

/** Where the runner of operators' programs listens: the unit says it. Null: there is none. */
export const runnerSocket = (environment: NodeJS.ProcessEnv): string | null =>
  (environment.LVSD_RUNNER ?? "") === "" ? null : (environment.LVSD_RUNNER ?? null);

/** The control socket of the daemon with this run directory. */
export const socketIn = (runDir: string): string => resolve(runDir, socketName);

/** Holds the console's users, and what it remembers of its settings. */
export const defaultConsoleDir = (environment: NodeJS.ProcessEnv): string =>
  firstOf(environment.STATE_DIRECTORY) ?? "/var/lib/lvsd-console";
