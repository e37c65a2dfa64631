/**
 * The configuration's files on this router: the main file, replaced in one step, and the ones that
 * it replaced, in STATEDIR/config-history. Decides nothing about what they say.
 *
 * Invariant: the replaced text is in the history, on the disk, before the main file changes.
 */
import { accessSync, constants, readdirSync, realpathSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { commandsDirectory, type JudgeExecutable } from "../../config/bounds.ts";
import { fileNameOf, type PastConfig, pastOf, remembered } from "../../config/saving/history.ts";
import { configBytesMax } from "../../keys/source.ts";
import { MachineError } from "../../model/error.ts";
import {
  ensureDirectory,
  readBounded,
  removeFile,
  replaceFile,
  replaceFileLater,
} from "../../system/file/files.ts";
import { notRootsIn } from "../../system/program/executables.ts";

/** The largest configuration, counted in bytes of UTF-8. */
const fileBytesMax = 3 * configBytesMax;

/** Readable by the daemon's group, as the unit's umask has it. */
const modeOfNew = 0o640;

/** In the directory of the history: the number from which on texts may bring includes back. */
const sinceName = "includes-since";

/** Why a configuration from the control interface may not name this executable; null: it may. */
export const mayRun: JudgeExecutable = (path) => notRootsIn(commandsDirectory, path);

/** Replacing a file takes the right to write to its directory. */
function mayReplace(path: string): boolean {
  try {
    accessSync(dirname(path), constants.W_OK);
    return true;
  } catch (thrown) {
    return !(thrown instanceof Error && "code" in thrown && thrown.code === "EACCES");
  }
}

const notReplaceable = `the daemon may not replace files in this directory. /etc/lvsd/lvsd.yaml is to be a link to live/lvsd.yaml, which an editor may have replaced: systemctl reload lvsd makes it one again`;

export interface Replaced {
  readonly serial: number;
  readonly hash: string;
  readonly text: string;
}

export class ConfigStore {
  readonly #path: string;
  readonly #directory: string;
  readonly #wallClock: () => string;
  #forgotten = 0;

  constructor(path: string, stateDir: string, wallClock: () => string) {
    this.#path = path;
    this.#directory = join(stateDir, "config-history");
    this.#wallClock = wallClock;
  }

  /** What was replaced, newest first; empty where the directory cannot be read. */
  past(): readonly PastConfig[] {
    try {
      return pastOf(readdirSync(this.#directory));
    } catch {
      // Made by the first replacement.
      return [];
    }
  }

  /** The files of those whose includes may come back, newest first. */
  pastFiles(): readonly string[] {
    const since = this.#includesSince();
    return this.past()
      .filter(({ number }) => number > since)
      .map((past) => join(this.#directory, fileNameOf(past)));
  }

  /** Root took an included file out of use: no text that was replaced until now brings it back. */
  forgetIncludes(): void {
    const [newest] = this.past();
    if (newest === undefined) return;
    this.#forgotten = newest.number;
    try {
      replaceFile(join(this.#directory, sinceName), `${newest.number}\n`, modeOfNew);
    } catch {
      // A full disk stops no reload of root's; it holds until this process ends.
    }
  }

  /** The number of the newest text that brings none back; 0: all may. */
  #includesSince(): number {
    try {
      const kept = readBounded(join(this.#directory, sinceName), 64)?.toString("utf8") ?? "0";
      const since = Number(kept);
      return Math.max(this.#forgotten, Number.isSafeInteger(since) ? since : Infinity);
    } catch {
      return Infinity;
    }
  }

  /** The one `back` replacements ago, from 1; null where there is none. Throws MachineError. */
  back(back: number): (PastConfig & { readonly text: string }) | null {
    const past = this.past()[back - 1];
    if (past === undefined) return null;
    const bytes = readBounded(join(this.#directory, fileNameOf(past)), fileBytesMax);
    return bytes === null ? null : { ...past, text: bytes.toString("utf8") };
  }

  /** The main file as it is on the disk; null when it is missing. Throws MachineError. */
  onDisk(): string | null {
    return readBounded(this.#path, fileBytesMax)?.toString("utf8") ?? null;
  }

  /** Puts `text` in the place of `replaced`. Throws MachineError; then nothing has changed. */
  async replace(text: string, replaced: Replaced): Promise<void> {
    const { serial, hash } = replaced;
    ensureDirectory(this.#directory);
    const { past, forgotten } = remembered(this.past(), { serial, hash, at: this.#wallClock() });
    const [newest] = past;
    const kept = newest === undefined ? null : join(this.#directory, fileNameOf(newest));
    if (kept !== null) await replaceFileLater(kept, replaced.text, modeOfNew);
    try {
      await this.#write(text);
    } catch (thrown) {
      if (kept !== null) removeFile(kept);
      throw thrown;
    }
    for (const old of forgotten) removeFile(join(this.#directory, fileNameOf(old)));
  }

  /** Takes the last replacement back: the peer could not do the same. Throws MachineError. */
  async restore(replaced: Replaced): Promise<void> {
    await this.#write(replaced.text);
    const [newest] = this.past();
    if (newest?.hash === replaced.hash) removeFile(join(this.#directory, fileNameOf(newest)));
  }

  /** Puts what is loaded in the place of a text that is not, and keeps that. Throws MachineError. */
  async discard(disk: string, loaded: string): Promise<void> {
    ensureDirectory(this.#directory);
    if (disk !== "") await this.#keepUnloaded(disk);
    await this.#write(loaded);
  }

  /** Keeps a text that was never loaded, and the one that was kept before it. */
  async #keepUnloaded(text: string): Promise<void> {
    const path = join(this.#directory, "not-loaded.yaml");
    const before = readBounded(path, fileBytesMax)?.toString("utf8") ?? null;
    // Once, however often it is tried again.
    if (before === text) return;
    if (before !== null)
      await replaceFileLater(join(this.#directory, "not-loaded.before.yaml"), before, modeOfNew);
    await replaceFileLater(path, text, modeOfNew);
  }

  /** A link to the file stays a link; the file keeps its mode. */
  async #write(text: string): Promise<void> {
    let path = this.#path;
    let mode = modeOfNew;
    try {
      path = realpathSync(this.#path);
      mode = statSync(path).mode & 0o777;
    } catch {
      // There is none: a new one, at the place that was given.
    }
    if (!mayReplace(path)) throw new MachineError(`${path}: ${notReplaceable}`);
    await replaceFileLater(path, text, mode);
  }
}
