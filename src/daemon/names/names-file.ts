/**
 * The addresses of host names on disk, so that a router that starts without a name server has the
 * real servers that it had. A disk that cannot be written is reported once.
 */
import { type HostName, type IpAddress, parseAddress, parseHostName } from "../../model/address.ts";
import { messageOf } from "../../model/error.ts";
import { readBounded, replaceFileLater } from "../../system/file/files.ts";

/** Ten thousand names with sixteen addresses. */
const fileBytesMax = 8 * 1024 * 1024;

export class NamesFile {
  readonly #path: string;
  readonly #trouble: (why: string) => void;
  #writing: Promise<void> = Promise.resolve();
  #failing = false;

  constructor(path: string, trouble: (why: string) => void) {
    this.#path = path;
    this.#trouble = trouble;
  }

  /** What is unreadable, or no address of a name, counts as unknown. */
  read(): ReadonlyMap<HostName, readonly IpAddress[]> {
    const found = new Map<HostName, readonly IpAddress[]>();
    try {
      const bytes = readBounded(this.#path, fileBytesMax);
      const body: unknown = bytes === null ? {} : JSON.parse(bytes.toString("utf8"));
      for (const [name, addresses] of Object.entries(body ?? {})) {
        const host = parseHostName(name);
        if (host === null || !Array.isArray(addresses)) continue;
        const known = addresses.flatMap((each) => parseAddress(String(each)) ?? []);
        found.set(host, known);
      }
    } catch (thrown) {
      this.#trouble(`${this.#path}: ${messageOf(thrown)}; names are resolved anew`);
    }
    return found;
  }

  /** Writes them, after what is being written. Never throws. */
  write(names: ReadonlyMap<HostName, readonly IpAddress[]>): void {
    const text = `${JSON.stringify(Object.fromEntries(names))}\n`;
    this.#writing = this.#writing.then(async () => {
      try {
        await replaceFileLater(this.#path, text);
        this.#failing = false;
      } catch (thrown) {
        if (!this.#failing) this.#trouble(`names are not kept: ${messageOf(thrown)}`);
        this.#failing = true;
      }
    });
  }

  /** Resolves when nothing is being written. */
  written(): Promise<void> {
    return this.#writing;
  }
}
