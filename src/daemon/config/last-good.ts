/**
 * The last configuration that was loaded, kept in STATEDIR/last-good.json: a router that starts with
 * a file that is invalid goes on with it. A change of the file by hand may be wrong on both routers
 * at once, and neither would serve after a power failure.
 */
import { join } from "node:path";
import type { ConfigFile } from "../../config/read-config.ts";
import { configBytesMax } from "../../keys/source.ts";
import { messageOf } from "../../model/error.ts";
import { readBounded, replaceFileLater } from "../../system/file/files.ts";

const fileName = "last-good.json";
/** Text of JSON may be six bytes for one of YAML; a configuration is seldom so. */
const bytesMax = 6 * configBytesMax;

/** Keeps what is loaded, one after the other. A router serves without it: failures are reported. */
export class LastGood {
  readonly #path: string;
  readonly #trouble: (why: string) => void;
  #writing: Promise<void> = Promise.resolve();

  constructor(stateDir: string, trouble: (why: string) => void) {
    this.#path = join(stateDir, fileName);
    this.#trouble = trouble;
  }

  /** For the next start, whatever becomes of the files until then. Never throws. */
  keep(files: readonly ConfigFile[]): void {
    this.#writing = this.#writing.then(async () => {
      try {
        await replaceFileLater(this.#path, JSON.stringify({ files }), 0o600);
      } catch (thrown) {
        this.#trouble(messageOf(thrown));
      }
    });
  }

  /** Resolves when nothing is being written. */
  written(): Promise<void> {
    return this.#writing;
  }
}

/** The files, the main one first; null: none are kept, or they cannot be read. */
export function lastGood(stateDir: string): readonly ConfigFile[] | null {
  try {
    const bytes = readBounded(join(stateDir, fileName), bytesMax);
    if (bytes === null) return null;
    const { files } = JSON.parse(bytes.toString("utf8")) as { files?: unknown };
    const isFile = (file: unknown): file is ConfigFile =>
      typeof file === "object" &&
      file !== null &&
      typeof (file as ConfigFile).path === "string" &&
      typeof (file as ConfigFile).text === "string";
    return Array.isArray(files) && files.length > 0 && files.every(isFile) ? files : null;
  } catch {
    return null;
  }
}
