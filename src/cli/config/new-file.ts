/**
 * Files that a command makes for the operator: whole or not at all, and never over an existing one
 * unless that was asked for.
 */
import {
  chownSync,
  closeSync,
  fchmodSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { groupId, operatorsGroup } from "../../control/group.ts";
import { MachineError, messageOf } from "../../model/error.ts";

export interface NewFile {
  readonly path: string;
  readonly text: string;
  /** Overwrites an existing file. */
  readonly force: boolean;
}

/**
 * Writes the file for root and the group lvsd, mode 0640; 0600 where the group is missing or this
 * user may not give files to it. Returns the mode. Throws a MachineError.
 */
export function createFile({ path, text, force }: NewFile): number {
  const temporary = `${path}.${process.pid}.new`;
  try {
    const file = openSync(temporary, "wx", 0o600);
    let mode = 0o600;
    try {
      if (giveToGroup(temporary)) mode = 0o640;
      fchmodSync(file, mode);
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    // link(2), unlike rename(2), fails where the name is taken, in one step.
    if (force) renameSync(temporary, path);
    else linkSync(temporary, path);
    return mode;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST")
      throw new MachineError(`${path} exists; --force overwrites it`);
    throw new MachineError(`${path}: cannot be written: ${messageOf(error)}`);
  } finally {
    rmSync(temporary, { force: true });
  }
}

function giveToGroup(path: string): boolean {
  const id = groupId(operatorsGroup);
  if (id === null) return false;
  try {
    chownSync(path, -1, id);
    return true;
  } catch {
    return false;
  }
}
