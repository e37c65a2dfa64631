/** `lvsd run`: the daemon, in the foreground. The only command that knows the daemon's rooms. */
import { resolve } from "node:path";
import { runDaemon } from "../daemon/run-daemon.ts";
import type { Role } from "../model/router.ts";
import { defaultConfig } from "./directories.ts";
import { type CommonOptions, complain, type ExitStatus, exit } from "./outcome.ts";
import type { Terminal } from "./terminal.ts";

/** Ends when a signal ends the daemon, or with the problems for which it could not run. */
export async function run(
  options: CommonOptions & {
    readonly stateDir: string;
    readonly role: Role | null;
    readonly runner: string | null;
    readonly strict: boolean;
  },
  terminal: Terminal,
): Promise<ExitStatus> {
  const ended = await runDaemon({
    configPath: resolve(options.config ?? defaultConfig),
    runDir: resolve(options.runDir),
    stateDir: resolve(options.stateDir),
    role: options.role,
    runner: options.runner,
    strict: options.strict,
  });
  if (ended.status === exit.done) return exit.done;
  complain(terminal, ended.problems);
  return ended.status;
}
