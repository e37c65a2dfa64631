/**
 * From the operator's text to a Config, or to every problem with its place. The one entrance:
 * `check`, `run` and `reload` all come through here, so what `check` accepts `run` will run.
 */
import type { Config } from "./config.ts";
import type { Places } from "./place.ts";
import type { Problem } from "./problem.ts";

/** How files are reached; `system/config-files.ts` is the real one. Never throws. */
export interface Files {
  /** The text of a file, or why it cannot be had. Paths are absolute. */
  read(path: string): { readonly text: string } | { readonly error: Unread };
  /** Absolute paths of the files that a pattern (absolute) matches, in any order. */
  glob(pattern: string): readonly string[];
}

/** Why a file could not be read: a message without the file's name, and the way out. */
export interface Unread {
  readonly message: string;
  readonly hint: string | null;
  /** Set where a place in the file is at fault (bytes that are not UTF-8). */
  readonly line?: number;
  readonly column?: number;
}

/** One file that a configuration was read from. */
export interface ConfigFile {
  readonly path: string;
  readonly text: string;
}

export type ReadResult =
  | {
      readonly config: Config;
      readonly places: Places;
      /** The main file first, then its includes in the order of their names. */
      readonly files: readonly ConfigFile[];
    }
  | { readonly problems: readonly Problem[] };

/** Reads the configuration at `path` (absolute). Never throws. Plain data: fit for postMessage. */
export type ReadConfig = (path: string, files: Files) => ReadResult;
