/**
 * The addresses of host names on disk, so that a router that starts without a name server has the
 * real servers that it had. A disk that cannot be written is reported once.
 */
import { type HostName, type IpAddress, parseAddress, parseHostName } from "../../model/address.ts";
import { messageOf } from "../../model/error.ts";
import { readBounded, replaceFileLater } from "../../system/file/files.ts";

/** What the disk has of a name. */
export interface FiledName {
  readonly addresses: readonly IpAddress[];
  /** When they were said, in ms of the wall clock; null: not known. */
  readonly answered: number | null;
}

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
  read(): ReadonlyMap<HostName, FiledName> {
    const found = new Map<HostName, FiledName>();
    try {
      const bytes = readBounded(this.#path, fileBytesMax);
      const body: unknown = bytes === null ? {} : JSON.parse(bytes.toString("utf8"));
      for (const [name, filed] of Object.entries(body ?? {})) {
        const host = parseHostName(name);
        const known = filedName(filed);
        if (host !== null && known !== null) found.set(host, known);
      }
    } catch (thrown) {
      this.#trouble(`${this.#path}: ${messageOf(thrown)}; names are resolved anew`);
    }
    return found;
  }

  /** Writes them, after what is being written. Never throws. */
  write(names: ReadonlyMap<HostName, FiledName>): void {
    const body = Array.from(names, ([host, { addresses, answered }]) => [
      host,
      { addresses, answered: answered === null ? null : new Date(answered).toISOString() },
    ]);
    const text = `${JSON.stringify(Object.fromEntries(body))}\n`;
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

/** As it is written, or a plain list of addresses as earlier versions wrote it. */
function filedName(filed: unknown): FiledName | null {
  const { addresses = filed, answered = null } = (filed ?? {}) as Partial<Record<string, unknown>>;
  if (!Array.isArray(addresses)) return null;
  const known = addresses.flatMap((each) => parseAddress(String(each)) ?? []);
  const at = typeof answered === "string" ? Date.parse(answered) : Number.NaN;
  return { addresses: known, answered: Number.isNaN(at) ? null : at };
}
