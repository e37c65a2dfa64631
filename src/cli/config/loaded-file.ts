/** Whether the file that the operator means is the one that the daemon has loaded. */
import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import type { ControlClient } from "../../control/client.ts";
import type { Problem } from "../../keys/problem.ts";

/**
 * A problem where `given` (from `-c`; null: none) is missing or is not the daemon's file. The
 * daemon reads its own file and no other: its answer would be about the wrong one. Throws a
 * MachineError where no daemon answers.
 */
export async function otherFile(
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
