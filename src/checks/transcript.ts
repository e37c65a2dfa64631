/**
 * What one try said and heard, with times, for an operator who wants to see it. A try without a
 * transcript keeps nothing. Credentials are hidden when the transcript is read, whatever side spoke
 * them: the content of a password file, and the headers of HTTP that carry some.
 */
import type { Duplex } from "node:stream";
import { excerpt, printableLine } from "../check/excerpt.ts";
import { printable } from "../model/printable.ts";

export interface Step {
  /** Milliseconds since the try began. */
  readonly at_ms: number;
  readonly kind: "note" | "sent" | "heard";
  readonly text: string;
}

/** A conversation is a few lines; of a page its beginning is enough. */
const stepsMax = 200;
const stepBytesMax = 2048;

interface Piece {
  readonly at: number;
  readonly kind: Step["kind"];
  bytes: Buffer;
  /** Bytes that were left out. */
  left: number;
}

const hiddenWord = "<hidden>";

/** RFC 9110, sections 11.6.2 and 11.7.2; RFC 6265. */
const secretHeader = /^((?:proxy-)?authorization|cookie|set-cookie|x-api-key):.*$/gim;

export class Transcript {
  readonly #began = performance.now();
  readonly #pieces: Piece[] = [];
  readonly #secrets: string[] = [];

  note(text: string): void {
    this.#add("note", Buffer.from(text));
  }

  sent(bytes: Uint8Array): void {
    this.#add("sent", bytes);
  }

  heard(bytes: Uint8Array): void {
    this.#add("heard", bytes);
  }

  /** A text that must not be shown. */
  secret(text: string): void {
    if (text !== "") this.#secrets.push(text);
  }

  /** Listens to what goes both ways over a connection, for as long as that lives. */
  listen(connection: Duplex): void {
    connection.on("data", (bytes: Buffer) => this.heard(bytes));
    const write = connection.write.bind(connection) as (...given: unknown[]) => boolean;
    connection.write = ((bytes: Uint8Array | string, ...rest: unknown[]) => {
      this.sent(Buffer.from(bytes as Uint8Array));
      return write(bytes, ...rest);
    }) as typeof connection.write;
  }

  /** What happened, credentials hidden. */
  steps(): readonly Step[] {
    return this.#pieces.map(({ at, kind, bytes, left }) => {
      const rest = left === 0 ? "" : ` ... ${left} bytes more`;
      const text = `${withoutSecrets(bytes.toString("utf8"), this.#secrets)}${rest}`;
      const lines = text.split(/\r?\n/).map((line) => printable(line));
      return { at_ms: at, kind, text: lines.join("\n").trimEnd() };
    });
  }

  /** Pieces of one side that follow each other are one: a secret may be cut in two. */
  #add(kind: Step["kind"], bytes: Uint8Array): void {
    const last = this.#pieces.at(-1);
    const goesOn = last !== undefined && last.kind === kind && kind !== "note";
    if (!goesOn && this.#pieces.length >= stepsMax) return;
    const piece = goesOn
      ? last
      : { at: performance.now() - this.#began, kind, bytes: Buffer.alloc(0), left: 0 };
    const kept = Buffer.from(bytes).subarray(0, stepBytesMax - piece.bytes.length);
    piece.left += bytes.length - kept.length;
    piece.bytes = Buffer.concat([piece.bytes, kept]);
    if (!goesOn) this.#pieces.push(piece);
  }
}

/** The secrets as they are, quoted (RFC 9051, section 4.3), and inside words of Base64. */
export function withoutSecrets(
  text: string,
  secrets: readonly string[],
  instead = hiddenWord,
): string {
  let shown = text.replace(secretHeader, `$1: ${instead}`);
  for (const form of secrets.flatMap(formsOf)) shown = shown.replaceAll(form, instead);
  if (secrets.length === 0) return shown;
  return shown.replaceAll(/[A-Za-z0-9+/]{4,}={0,2}/g, (word) => {
    const inside = Buffer.from(word, "base64").toString("utf8");
    return secrets.some((secret) => inside.includes(secret)) ? instead : word;
  });
}

/** As it is, quoted, and as an excerpt or a printable line has it. */
const formsOf = (secret: string): readonly string[] => [
  ...new Set([
    secret,
    secret.replaceAll(/["\\]/g, "\\$&"),
    excerpt(Buffer.from(secret)).replace(/^"|"(?:\.{3})?$/g, ""),
    printableLine(secret, secret.length * 6),
  ]),
];

/** Of a secret that a bound has cut so many characters are none yet. */
const telltaleMin = 3;

/** The reason of a failed try without what is secret, also where it was cut in the middle of it. */
export function reasonWithout(why: string, secrets: readonly string[]): string {
  const instead = "***";
  const shown = withoutSecrets(why, secrets, instead);
  const [end = ""] = /"?\.{3}$/.exec(shown) ?? [];
  if (end === "") return shown;
  const whole = shown.slice(0, -end.length);
  const [word = ""] = /[A-Za-z0-9+/]+$/.exec(whole) ?? [];
  const inside = Buffer.from(word, "base64").toString("utf8");
  for (const form of secrets.flatMap(formsOf))
    for (let length = form.length; length >= telltaleMin; length -= 1) {
      const part = form.slice(0, length);
      if (whole.endsWith(part)) return `${whole.slice(0, -length)}${instead}${end}`;
      if (inside.includes(part)) return `${whole.slice(0, -word.length)}${instead}${end}`;
    }
  return shown;
}
