/**
 * The dialogue of `send_expect`: say some bytes, expect an answer that begins with some bytes or in
 * which a pattern matches. Piranha's nanny did the same, with one read and 254 bytes.
 */
import { type Dialogue, failed, more, passed, type Turn } from "./dialogue.ts";
import { excerpt } from "./excerpt.ts";
import { type Fits, matchingBytes } from "./pattern.ts";

export interface SendExpect {
  /** Null: say nothing. */
  readonly send: Uint8Array | null;
  /** Null: anything will do, even silence. */
  readonly expect:
    | { readonly kind: "bytes"; readonly bytes: Uint8Array }
    | { readonly kind: "regex"; readonly pattern: string }
    | null;
}

/** A pattern looks at this much of an answer: the size of the largest head that web servers take. */
export const answerBytesMax = 8192;

/** The pattern is tried again for each piece; this many times 8 KiB are some ms of work. */
export const piecesMax = 256;

/** Patterns by the expectation that holds them, so that a check compiles its pattern once. */
const compiled = new WeakMap<object, Fits>();

/** A new conversation; throws re2js's syntax error for a pattern that is none. */
export function sendExpect({ send, expect }: SendExpect): Dialogue {
  const opening: Turn =
    send === null
      ? expect === null
        ? passed
        : more
      : { kind: "say", bytes: send, answered: expect !== null };
  const open = (): Turn => opening;
  if (expect === null) return { open, hear: () => passed, closed: () => passed };
  if (expect.kind === "bytes") return { open, ...beginning(expect.bytes) };
  let fits = compiled.get(expect);
  if (fits === undefined) {
    fits = matchingBytes(expect.pattern);
    compiled.set(expect, fits);
  }
  return { open, ...holding(fits) };
}

type Listener = Pick<Dialogue, "hear" | "closed">;

/** Listens for an answer that begins with `wanted`. */
function beginning(wanted: Uint8Array): Listener {
  let heard = 0;
  return {
    hear(bytes) {
      const part = bytes.subarray(0, wanted.length - heard);
      const differs = part.findIndex((byte, index) => byte !== wanted[heard + index]);
      if (differs >= 0) {
        const found = Buffer.concat([wanted.subarray(0, heard), bytes]);
        return failed("unexpected", `the answer begins with ${excerpt(found)}`);
      }
      heard += part.length;
      return heard === wanted.length ? passed : more;
    },
    closed() {
      if (heard === wanted.length) return passed;
      if (heard === 0) return failed("closed", "the connection was closed without an answer");
      return failed("closed", `the answer ended after ${excerpt(wanted.subarray(0, heard))}`);
    },
  };
}

/** Listens for an answer in which a pattern matches; judges all that has come, piece after piece. */
function holding(fits: Fits): Listener {
  const answer = Buffer.alloc(answerBytesMax);
  let length = 0;
  let pieces = 0;
  return {
    hear(bytes) {
      pieces += 1;
      const part = bytes.subarray(0, answer.length - length);
      answer.set(part, length);
      length += part.length;
      if (fits(answer.subarray(0, length))) return passed;
      if (length === answer.length)
        return failed("too-long", `${length} bytes of answer without a match`);
      if (pieces === piecesMax)
        return failed("too-long", `an answer in ${pieces} pieces without a match`);
      return more;
    },
    closed() {
      if (length === 0) return failed("closed", "the connection was closed without an answer");
      const said = excerpt(answer.subarray(0, length));
      return failed("unexpected", `the answer ${said} does not match the pattern`);
    },
  };
}
