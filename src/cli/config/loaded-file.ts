/** Whether the file that the operator means is the one that the daemon has loaded. */
import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import { type ControlClient, controlClient } from "../../control/client.ts";
import type { Problem } from "../../keys/problem.ts";
import { socketIn } from "../directories.ts";
import { complain, type ExitStatus, exit, type ReportOptions } from "../outcome.ts";
import type { Terminal } from "../terminal.ts";

/** Acts on the daemon, once it is known to be that of the file given with `-c`. */
export async function onDaemonOf(
  options: ReportOptions,
  terminal: Terminal,
  act: (client: ControlClient) => Promise<ExitStatus>,
): Promise<ExitStatus> {
  const client = controlClient(socketIn(options.runDir));
  const problem = await otherFile(options.config, client);
  if (problem === null) return act(client);
  complain(terminal, [problem], options.json);
  return exit.invalid;
}

/**
 * A problem where `given` (from `-c`; null: none) is missing or is not the daemon's file. The
 * daemon reads its own file and no other: its answer would be about the wrong one. Throws a
 * MachineError where no daemon answers.
 */
async function otherFile(
  given: string | null,
  daemon: Pick<ControlClient, "status">,
): Promise<Problem | null> {
  if (given === null) return null;
  const loaded = (await daemon.status()).config.path;
  const file = resolve(given);
  const place = { file, line: null, column: null };
  const real = realPath(file);
  // A router without a configuration names the file that it waits for.
  if (real === null && file === resolve(loaded)) return null;
  if (real === null) return { ...place, message: "no such file", hint: null };
  if (real === (realPath(loaded) ?? resolve(loaded))) return null;
  return {
    ...place,
    message: `the daemon runs with ${loaded}, not with this file`,
    hint: "leave out -c, or name the run directory of the other daemon with --run-dir",
  };
}

function realPath(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}
