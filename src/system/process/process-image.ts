/**
 * A process that becomes a new one of the same program, keeping its number (execve(2)): whoever
 * watches it, systemd or a shell, notices nothing. Knows nothing of what the two hand to each
 * other.
 */
import { accessSync, constants } from "node:fs";
import { MachineError, messageOf } from "../../model/error.ts";

/** What starts this program: a file and its arguments, the name of the program first. */
export interface ProcessImage {
  readonly file: string;
  readonly args: readonly string[];
}

/**
 * How the present process was started. The launcher is preferred to Node itself: after an upgrade
 * it starts the version that is installed now.
 */
export function ownImage(environment: NodeJS.ProcessEnv = process.env): ProcessImage {
  const { LVSD_LAUNCHER: launcher } = environment;
  const typed = process.argv.slice(2);
  if (launcher !== undefined) return { file: launcher, args: [launcher, ...typed] };
  const [, main = ""] = process.argv;
  const node = process.execPath;
  return { file: node, args: [node, ...process.execArgv, main, ...typed] };
}

/** Throws MachineError when there is nothing that could be started. */
export function checkImage({ file }: ProcessImage): void {
  try {
    accessSync(file, constants.X_OK);
  } catch (thrown) {
    throw new MachineError(`${file} cannot be started anew: ${messageOf(thrown)}`);
  }
  if (process.execve === undefined)
    throw new MachineError("this Node cannot start a program in its own place");
}

/** Becomes that program, with the same environment. Returns only by throwing MachineError. */
export function becomeAnew({ file, args }: ProcessImage): never {
  try {
    return process.execve?.(file, [...args], process.env) as never;
  } catch (thrown) {
    throw new MachineError(`${file} cannot be started anew: ${messageOf(thrown)}`);
  }
}
