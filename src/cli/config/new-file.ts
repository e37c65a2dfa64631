/**
 * Files that a command makes for the operator: whole or not at all, never over an existing one
 * unless that was asked for, and never through a link that somebody else may have put there.
 */
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import { daemonAccount, operatorsGroup } from "../../model/account.ts";
import { MachineError } from "../../model/error.ts";
import { groupsHere, usersHere } from "../../system/file/accounts.ts";
import { writeFailure } from "../../system/file/read-failure.ts";
import { notRoots } from "../../system/program/executables.ts";

export interface NewFile {
  readonly path: string;
  readonly text: string;
  /** Overwrites an existing file. */
  readonly force: boolean;
  /** A configuration is for the operators as well, a key for the daemon alone. */
  readonly readers: "operators" | "daemon";
}

/**
 * Writes the file with the mode and owner of its readers: 0640 for root and the operators' group, or
 * 0400 for the daemon's user; 0600 where that user or group is missing or this user may not give
 * files away. Returns the mode. Throws a MachineError.
 */
export function createFile({ path, text, force, readers }: NewFile): number {
  const place = behindRootsLink(path);
  const temporary = `${place}.${process.pid}.new`;
  let made = false;
  try {
    // "wx" follows no link. From here on the descriptor is meant, whatever the name leads to.
    const file = openSync(temporary, "wx", 0o600);
    made = true;
    let mode = 0o600;
    try {
      writeFileSync(file, text);
      mode = giveTo(readers, file);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    // link(2), unlike rename(2), fails where the name is taken, in one step.
    if (force) renameSync(temporary, place);
    else linkSync(temporary, place);
    return mode;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST")
      throw new MachineError(
        made ? `${path} exists; --force overwrites it` : `${temporary} is in the way; remove it`,
      );
    throw new MachineError(`${path}: cannot be written: ${writeFailure(place, error)}`);
  } finally {
    if (made) rmSync(temporary, { force: true });
  }
}

/**
 * The place that a link of root's leads to (/etc/lvsd/lvsd.yaml leads to live/, where the daemon may
 * replace the file); any other link is taken as a name that exists already.
 */
function behindRootsLink(path: string): string {
  const absolute = resolve(path);
  try {
    const { uid, isLink } = linkAt(absolute);
    if (!isLink || uid !== 0 || notRoots(dirname(absolute)) !== null) return path;
    return resolve(dirname(absolute), readlinkSync(absolute));
  } catch {
    // There is nothing yet: it is made there.
    return path;
  }
}

function linkAt(path: string): { readonly uid: number; readonly isLink: boolean } {
  const stat = lstatSync(path);
  return { uid: stat.uid, isLink: stat.isSymbolicLink() };
}

function giveTo(readers: NewFile["readers"], file: number): number {
  try {
    if (readers === "daemon") {
      const user = usersHere().find(({ name }) => name === daemonAccount);
      if (user === undefined) return 0o600;
      fchmodSync(file, 0o400);
      fchownSync(file, user.id, user.group);
      return 0o400;
    }
    const group = groupsHere().find(({ name }) => name === operatorsGroup);
    if (group === undefined) return 0o600;
    fchownSync(file, -1, group.id);
    fchmodSync(file, 0o640);
    return 0o640;
  } catch {
    fchmodSync(file, 0o600);
    return 0o600;
  }
}
