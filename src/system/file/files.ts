/**
 * Files: bounded reads, replacement in one step, removal, directories. A reader sees the old file
 * or the new one, never half of it, whenever the machine stops (rename(2), fsync(2)).
 */
import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { MachineError, messageOf } from "../../model/error.ts";
import { writeFailure } from "./read-failure.ts";

const failed = (what: string, thrown: unknown): MachineError =>
  new MachineError(`${what}: ${messageOf(thrown)}`, { cause: thrown });

const isMissing = (thrown: unknown): boolean =>
  thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT";

/** The bytes of a file; null when there is none. Throws MachineError, also beyond `bytesMax`. */
export function readBounded(path: string, bytesMax: number): Buffer | null {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (thrown) {
    if (isMissing(thrown)) return null;
    throw failed(`${path}: cannot be opened`, thrown);
  }
  try {
    const chunks: Buffer[] = [];
    let total = 0;
    for (;;) {
      const chunk = Buffer.allocUnsafe(Math.min(64 * 1024, bytesMax + 1 - total));
      const got = readSync(file, chunk, 0, chunk.length, null);
      if (got === 0) return Buffer.concat(chunks);
      total += got;
      if (total > bytesMax)
        throw new MachineError(`${path}: more than ${bytesMax} bytes; it is not read any further`);
      chunks.push(chunk.subarray(0, got));
    }
  } catch (thrown) {
    if (thrown instanceof MachineError) throw thrown;
    throw failed(`${path}: cannot be read`, thrown);
  } finally {
    closeSync(file);
  }
}

/** Writes the file anew in one step and onto the disk. Throws MachineError; then the old one stays. */
export function replaceFile(path: string, bytes: string | Uint8Array, mode = 0o640): void {
  const temporary = `${path}.${process.pid}.new`;
  try {
    // One that a crash left behind goes; "wx" makes ours and follows no link that somebody put
    // there.
    rmSync(temporary, { force: true });
    const file = openSync(temporary, "wx", mode);
    try {
      writeFileSync(file, bytes);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
    const directory = openSync(dirname(path), "r");
    try {
      fsyncSync(directory);
    } finally {
      closeSync(directory);
    }
  } catch (thrown) {
    rmSync(temporary, { force: true });
    throw failed(`${path}: cannot be written`, thrown);
  }
}

/** Replacements that wait for the disk each have a file of their own, also of one path. */
let replacements = 0;

/**
 * As `replaceFile`, without holding up the loop: for directories on a disk, which may be slow.
 * Throws MachineError; then the old file stays.
 */
export async function replaceFileLater(
  path: string,
  bytes: string | Uint8Array,
  mode = 0o640,
): Promise<void> {
  replacements += 1;
  const temporary = `${path}.${process.pid}.${replacements}.new`;
  try {
    // As above: what is there already goes, and no link is followed.
    await rm(temporary, { force: true });
    const file = await open(temporary, "wx", mode);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    const directory = await open(dirname(path), "r");
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  } catch (thrown) {
    await rm(temporary, { force: true }).catch(() => {});
    throw failed(`${path}: cannot be written`, thrown);
  }
}

/** Removes a file; one that is not there is no failure. Throws MachineError. */
export function removeFile(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (thrown) {
    throw failed(`${path}: cannot be removed`, thrown);
  }
}

/** Makes a directory and its parents where they are missing. Throws MachineError. */
export function ensureDirectory(path: string, mode = 0o750): void {
  try {
    mkdirSync(path, { recursive: true, mode });
  } catch (thrown) {
    throw new MachineError(`${path}: cannot be made a directory: ${writeFailure(path, thrown)}`, {
      cause: thrown,
    });
  }
}

/** Why this process cannot read a file; null: it can. */
export function unreadable(path: string): string | null {
  try {
    if (!statSync(path).isFile()) return "it is no file";
    accessSync(path, constants.R_OK);
    return null;
  } catch (thrown) {
    return messageOf(thrown);
  }
}
