/**
 * The dialogue of `send_expect`: steps that each say some bytes and expect an answer that begins
 * with some bytes or in which a pattern matches. A first step that says nothing waits for a
 * greeting. Piranha's nanny had one step, with one read and 254 bytes.
 */
import { type Dialogue, type DialogueAction, failed, more, passed } from "./dialogue.ts";
import { excerpt } from "./excerpt.ts";
import type { Pattern } from "./pattern.ts";

/** One step of the dialogue. */
export interface SendExpect {
  /** Null: say nothing. */
  readonly send: Uint8Array | null;
  /** Null: anything will do, even silence. */
  readonly expect:
    | { readonly kind: "bytes"; readonly bytes: Uint8Array }
    | { readonly kind: "regex"; readonly pattern: string }
    | null;
}

/** A step looks at this much of an answer: the size of the largest head that web servers take. */
export const answerBytesMax = 8192;

/** The pattern is tried again for each piece. */
export const piecesMax = 256;

/** A new conversation of one step. */
export const sendExpect = ({ send, expect }: SendExpect): Dialogue =>
  dialogueOf([{ send, expect }]);

/** A new conversation: the steps one after the other, at least one. */
export function dialogueOf(steps: readonly SendExpect[]): Dialogue {
  let at = 0;
  let listener: Listener | null = null;
  /** Goes on with the step at `at`; `midLine`: of the answer before, the end of a line may come. */
  const begin = (midLine: boolean): DialogueAction => {
    const said: Uint8Array[] = [];
    for (; at < steps.length; at++) {
      const { send, expect } = steps[at] ?? { send: null, expect: null };
      if (send !== null) said.push(send);
      if (expect === null) continue;
      listener =
        expect.kind === "bytes"
          ? beginning(expect.bytes, midLine)
          : holding({ kind: "pattern", pattern: expect.pattern, reads: "bytes" });
      break;
    }
    const answered = at < steps.length;
    if (said.length > 0) return { kind: "say", bytes: joined(said), answered };
    return answered ? more : passed;
  };
  const after = (action: DialogueAction): DialogueAction => {
    if (action.kind === "match")
      return { ...action, next: (matched) => after(action.next(matched)) };
    if (action.kind !== "passed") return action;
    const midLine = listener?.midLine() ?? false;
    at += 1;
    return at < steps.length ? begin(midLine) : passed;
  };
  return {
    open: () => begin(false),
    hear: (bytes) => (listener === null ? passed : after(listener.hear(bytes))),
    closed() {
      if (listener === null) return passed;
      const action = listener.closed();
      if (action.kind !== "failed" || steps.length === 1) return action;
      return failed(action.reason, `step ${at + 1}: ${action.why}`);
    },
  };
}

const joined = (said: readonly Uint8Array[]): Uint8Array =>
  said.length === 1 && said[0] !== undefined ? said[0] : Buffer.concat(said);

interface Listener extends Pick<Dialogue, "hear" | "closed"> {
  /** Whether what has been heard does not end where a line ends. */
  midLine(): boolean;
}

const lineFeed = 0x0a;

/**
 * Listens for an answer that begins with `wanted`. With `midLine`, of the answer before only a part
 * may have been heard: then the answer may begin behind the end of a line as well.
 */
function beginning(wanted: Uint8Array, midLine: boolean): Listener {
  let heard = Buffer.alloc(0);
  let last: number | undefined;
  let mayBeRest = midLine;
  const hear = (bytes: Uint8Array): DialogueAction => {
    last = bytes[bytes.length - 1] ?? last;
    heard = Buffer.concat([heard, bytes]);
    const part = heard.subarray(0, wanted.length);
    if (part.equals(wanted.subarray(0, part.length)))
      return part.length === wanted.length ? passed : more;
    if (!mayBeRest) return failed("unexpected", `the answer begins with ${excerpt(heard)}`);
    const end = heard.indexOf(lineFeed);
    if (end < 0)
      return heard.length > answerBytesMax
        ? failed("too-long", `${heard.length} bytes of answer without an end of line`)
        : more;
    mayBeRest = false;
    const rest = heard.subarray(end + 1);
    heard = Buffer.alloc(0);
    return hear(rest);
  };
  return {
    hear,
    midLine: () => last !== lineFeed,
    closed() {
      if (heard.length === 0)
        return failed("closed", "the connection was closed without an answer");
      return failed("closed", `the answer ended after ${excerpt(heard)}`);
    },
  };
}

/**
 * Listens for an answer in which a pattern matches; judges all that has come, piece after piece.
 */
function holding(wanted: Pattern): Listener {
  const answer = Buffer.alloc(answerBytesMax);
  let length = 0;
  let pieces = 0;
  return {
    hear(bytes) {
      pieces += 1;
      const part = bytes.subarray(0, answer.length - length);
      answer.set(part, length);
      length += part.length;
      const next = (matched: boolean): DialogueAction => {
        if (matched) return passed;
        if (length === answer.length)
          return failed("too-long", `${length} bytes of answer without a match`);
        if (pieces === piecesMax)
          return failed("too-long", `an answer in ${pieces} pieces without a match`);
        return more;
      };
      return { kind: "match", wanted, bytes: answer.subarray(0, length), next };
    },
    midLine: () => length > 0 && answer[length - 1] !== lineFeed,
    closed() {
      if (length === 0) return failed("closed", "the connection was closed without an answer");
      const said = excerpt(answer.subarray(0, length));
      return failed("unexpected", `the answer ${said} does not match the pattern`);
    },
  };
}
