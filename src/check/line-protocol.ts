/**
 * Protocols of lines (SMTP, POP3, IMAP, NNTP, FTP, SIP, RTSP) as dialogues: a conversation is
 * written down as a generator that says lines and waits for lines, and this file makes it a
 * dialogue that takes bytes cut anywhere. Bounded in the length of a line, in lines and in bytes.
 *
 * Invariant: a password is in no reason, also when the server repeats it.
 */
import { type Dialogue, type DialogueAction, failed, more, passed, secure } from "./dialogue.ts";
import { excerpt } from "./excerpt.ts";
import type { Sought } from "./pattern.ts";

/** Longest line: IMAP's are the longest (RFC 9051, section 4, names no bound); 512 in RFC 5321. */
export const lineBytesMax = 8192;
/** All lines of a conversation together; banners and lists of capabilities are shorter. */
export const talkBytesMax = 64 * 1024;
export const linesMax = 1024;

/** What a conversation asks of whoever runs it. */
type LineRequest =
  /** The next line, without its end. `after`: what was said before; null: it is the greeting. */
  | { readonly kind: "line"; readonly after: string | null; readonly mayEnd: boolean }
  | { readonly kind: "say"; readonly text: string }
  | { readonly kind: "secure" }
  | { readonly kind: "fetch"; readonly port: number }
  | { readonly kind: "content"; readonly after: string; readonly mayEnd: false }
  | { readonly kind: "match"; readonly wanted: Sought; readonly bytes: Uint8Array }
  /** It ends here as failed; `line` is what was heard instead. */
  | { readonly kind: "wrong"; readonly why: string; readonly line: string };

/** A part of a conversation that comes to a `T`. A whole one comes to nothing: it has passed. */
export type Talk<T> = Generator<LineRequest, T, Granted>;

/** What comes of a wish: a line, what was fetched, whether it matched; else nothing. */
type Granted = string | Uint8Array | boolean | null;

/** Waits for the next line. `after`: the command that it answers; null: the greeting. */
export function* hear(after: string | null): Talk<string> {
  const line = yield { kind: "line", after, mayEnd: false };
  if (typeof line !== "string") throw new TypeError("a line was asked for");
  return line;
}

/** Says a line; CR LF is put behind it. */
export function* say(line: string): Talk<void> {
  yield { kind: "say", text: `${line}\r\n` };
}

/**
 * Begins TLS; what was heard before and not read is refused, since anybody may have put it there.
 */
export function* beginTls(): Talk<void> {
  yield { kind: "secure" };
}

/** Opens a second connection, to this port of the same address; `fetch` has what comes over it. */
export function* connectTo(port: number): Talk<void> {
  yield { kind: "fetch", port };
}

/** Waits for the end of the second connection. */
export function* fetch(after: string): Talk<Uint8Array> {
  const content = yield { kind: "content", after, mayEnd: false };
  if (!(content instanceof Uint8Array)) throw new TypeError("a content was asked for");
  return content;
}

/** Whether `bytes` have what is looked for. */
export function* find(wanted: Sought, bytes: Uint8Array): Talk<boolean> {
  return (yield { kind: "match", wanted, bytes }) === true;
}

/** Ends the conversation as failed: `why`, and then what was heard instead. */
export function* wrong(why: string, line: string): Talk<never> {
  yield { kind: "wrong", why, line };
  throw new Error("a conversation went on after its end");
}

/** `wanted` was expected after this command (null: as the greeting), and `line` came. */
export const unexpected = (wanted: string, after: string | null, line: string): Talk<never> =>
  wrong(`${wanted} expected ${after === null ? "as the greeting" : `after ${after}`}`, line);

/**
 * Takes leave, so that the server's log shows no broken connection. Any answer will do, or none.
 */
export function* leave(command: string): Talk<void> {
  yield { kind: "say", text: `${command}\r\n` };
  yield { kind: "line", after: command, mayEnd: true };
}

/** An answer that begins with a code of three digits. */
export interface CodedAnswer {
  readonly code: number;
  /** Its lines without the code. */
  readonly texts: readonly string[];
  /** The first line as it came. */
  readonly line: string;
}

/**
 * Waits for an answer with one of these codes, which may have several lines: `250-` begins one,
 * and a line with the same code and a blank ends it (RFC 5321, 4.2.1; RFC 959, 4.2).
 */
export function* hearCode(after: string | null, wanted: readonly number[]): Talk<CodedAnswer> {
  const line = yield* hear(after);
  const [, digits, mark = "", text = ""] = /^(\d{3})(?:([ -])(.*))?$/.exec(line) ?? [];
  if (digits === undefined || !wanted.includes(Number(digits)))
    return yield* unexpected(wanted.join(" or "), after, line);
  const texts = [text];
  for (let last = mark !== "-"; !last; ) {
    const next = yield* hear(after);
    last = next === digits || next.startsWith(`${digits} `);
    const coded = last || next.startsWith(`${digits}-`);
    texts.push(coded ? next.slice(digits.length + 1) : next);
  }
  return { code: Number(digits), texts, line };
}

/** Says a command and waits for an answer with one of these codes. `name`: it in a reason. */
export function* command(line: string, name: string, wanted: readonly number[]): Talk<CodedAnswer> {
  yield* say(line);
  return yield* hearCode(name, wanted);
}

const lineFeed = 0x0a;

/** The greeting, or the answer to a command, for a reason. */
const awaitedWords = (after: string | null): string =>
  after === null ? "greeting" : `answer to ${after}`;

export interface LineOptions {
  /** Texts that no reason shows, whoever repeats them. */
  readonly secrets?: readonly string[];
  /** True: the end of a piece, which is a datagram, is the end of a line. */
  readonly datagrams?: boolean;
}

export const lineDialogue = (talk: Talk<void>, options: LineOptions = {}): Dialogue =>
  new LineDialogue(talk, options);

class LineDialogue implements Dialogue {
  readonly #talk: Talk<void>;
  readonly #secrets: readonly string[];
  readonly #datagrams: boolean;
  #pending = Buffer.alloc(0);
  #bytes = 0;
  #lines = 0;
  #content: Uint8Array | null = null;
  #awaits: LineRequest & { readonly kind: "line" | "content" } = {
    kind: "line",
    after: null,
    mayEnd: false,
  };

  constructor(talk: Talk<void>, { secrets = [], datagrams = false }: LineOptions) {
    this.#talk = talk;
    this.#secrets = secrets;
    this.#datagrams = datagrams;
  }

  open(): DialogueAction {
    return this.#run(null);
  }

  secured(): DialogueAction {
    return this.#run(null);
  }

  opened(): DialogueAction {
    return this.#run(null);
  }

  fetched(bytes: Uint8Array): DialogueAction {
    this.#content = bytes;
    return this.#awaits.kind === "content" ? this.#run(bytes) : more;
  }

  hear(bytes: Uint8Array): DialogueAction {
    this.#bytes += bytes.length;
    const ends = this.#datagrams && bytes.at(-1) !== lineFeed;
    this.#pending = Buffer.concat([this.#pending, bytes, ends ? "\n" : ""].map(asBytes));
    const tooLong = this.#tooLong();
    if (tooLong !== null) return tooLong;
    if (this.#awaits.kind === "content") return more;
    const line = this.#nextLine();
    return line === null ? more : this.#run(line);
  }

  closed(): DialogueAction {
    if (this.#awaits.mayEnd) return passed;
    const what = awaitedWords(this.#awaits.after);
    const rest = this.#pending.length > 0 ? `, of which ${this.#shown(this.#pending)} came` : "";
    return failed("closed", `the connection was closed before the end of the ${what}${rest}`);
  }

  awaited(): string {
    return awaitedWords(this.#awaits.after);
  }

  /** Grants what the conversation asks for, until it has to wait or is over. */
  #run(granted: Granted): DialogueAction {
    let step = this.#talk.next(granted);
    const said: Buffer[] = [];
    for (;;) {
      if (step.done === true) return said.length === 0 ? passed : saying(said, { answered: false });
      const next = this.#grant(step.value, said);
      if (typeof next === "object" && next !== null && "action" in next) return next.action;
      step = this.#talk.next(next);
    }
  }

  /** What comes of a wish, or the turn that it takes first. */
  #grant(
    request: LineRequest,
    said: Buffer[],
  ): string | Uint8Array | null | { readonly action: DialogueAction } {
    switch (request.kind) {
      case "say":
        said.push(Buffer.from(request.text, "utf8"));
        return null;
      case "line": {
        this.#awaits = request;
        const line = this.#nextLine();
        if (line !== null) return line;
        return { action: this.#tooLong() ?? saying(said, { answered: true }) };
      }
      case "content":
        this.#awaits = request;
        return this.#content ?? { action: saying(said, { answered: true }) };
      case "wrong":
        return {
          action: failed("unexpected", `${request.why}, got ${this.#shown(asBytes(request.line))}`),
        };
      default:
        if (said.length > 0) throw new Error(`something is to be said before ${request.kind}`);
        return { action: this.#actionFor(request) };
    }
  }

  #actionFor(
    request: LineRequest & { readonly kind: "secure" | "fetch" | "match" },
  ): DialogueAction {
    if (request.kind === "fetch") return request;
    if (request.kind === "match") return { ...request, next: (matched) => this.#run(matched) };
    if (this.#pending.length > 0)
      return failed("unexpected", `${this.#shown(this.#pending)} in the clear before TLS`);
    return secure;
  }

  #tooLong(): DialogueAction | null {
    const at = this.#pending.indexOf(lineFeed);
    const of = awaitedWords(this.#awaits.after);
    if ((at < 0 ? this.#pending.length : at) > lineBytesMax) {
      const begins = `it begins with ${this.#shown(this.#pending)}`;
      return failed("too-long", `a line of over ${lineBytesMax} bytes in the ${of}: ${begins}`);
    }
    if (this.#bytes <= talkBytesMax && this.#lines <= linesMax) return null;
    const what = `more than ${talkBytesMax} bytes or ${linesMax} lines`;
    return failed("too-long", `${what} of answers, the last in the ${of}`);
  }

  /** Takes a whole line from what has been heard; null: there is none, or it is too long. */
  #nextLine(): string | null {
    const at = this.#pending.indexOf(lineFeed);
    if (at < 0 || this.#tooLong() !== null) return null;
    this.#lines += 1;
    const line = this.#pending.toString("latin1", 0, at);
    this.#pending = this.#pending.subarray(at + 1);
    return line.endsWith("\r") ? line.slice(0, -1) : line;
  }

  /** What was heard, for a reason. */
  #shown(bytes: Buffer): string {
    let text = bytes.toString("latin1", 0, lineBytesMax);
    for (const secret of this.#secrets)
      text = text.replaceAll(Buffer.from(secret, "utf8").toString("latin1"), "***");
    return excerpt(asBytes(text));
  }
}

const asBytes = (heard: string | Uint8Array): Buffer =>
  typeof heard === "string" ? Buffer.from(heard, "latin1") : Buffer.from(heard);

const saying = (
  said: readonly Buffer[],
  { answered }: { readonly answered: boolean },
): DialogueAction =>
  said.length === 0 ? more : { kind: "say", bytes: Buffer.concat(said), answered };
