/**
 * One process for a directory (flock(2)): held until it is closed or the process ends, whatever
 * way. A program that is started, also in this one's place (execve(2)), does not inherit it.
 */
import { closeSync, openSync } from "node:fs";
import { MachineError, messageOf } from "../../model/error.ts";
import { errno, errnos, flock } from "../libc.ts";

const exclusive = 2;
const withoutWaiting = 4;

export interface Lock {
  close(): void;
}

/**
 * Takes the directory. Throws MachineError when another process has it, with `taken` as the reason,
 * or when it cannot be opened. A file system without locks takes everybody.
 */
export function lockDirectory(
  path: string,
  taken = `another daemon has ${path}; give this one its own --run-dir`,
): Lock {
  let directory: number;
  try {
    directory = openSync(path, "r");
  } catch (thrown) {
    throw new MachineError(`${path}: cannot be opened: ${messageOf(thrown)}`, { cause: thrown });
  }
  const failed = flock(directory, exclusive | withoutWaiting) !== 0;
  if (failed && errno() === errnos.EAGAIN) {
    closeSync(directory);
    throw new MachineError(taken);
  }
  return { close: () => closeSync(directory) };
}
