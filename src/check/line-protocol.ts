/**
 * Protocols of lines (SMTP, POP3, IMAP, NNTP, FTP, SIP, RTSP) as dialogues: a conversation is
 * written down as a generator that says lines and waits for lines, and this file makes it a
 * dialogue that takes bytes cut anywhere. Bounded in the length of a line, in lines and in bytes.
 *
 * Invariant: a password is in no reason, also when the server repeats it.
 */
import { type Dialogue, failed, more, passed, secure, type Turn } from "./dialogue.ts";
import { excerpt } from "./excerpt.ts";

/** Longest line: IMAP's are the longest (RFC 9051, section 4, names no bound); 512 in RFC 5321. */
export const lineBytesMax = 8192;
/** All lines of a conversation together; banners and lists of capabilities are shorter. */
export const talkBytesMax = 64 * 1024;
export const linesMax = 1024;

/** What a conversation asks of whoever runs it. */
type Wish =
  /** The next line, without its end. `after`: what was said before; null: it is the greeting. */
  | { readonly kind: "line"; readonly after: string | null; readonly mayEnd: boolean }
  | { readonly kind: "say"; readonly text: string }
  | { readonly kind: "secure" }
  /** It ends here as failed; `line` is what was heard instead. */
  | { readonly kind: "wrong"; readonly why: string; readonly line: string };

/** A part of a conversation that comes to a `T`. A whole one comes to nothing: it has passed. */
export type Talk<T> = Generator<Wish, T, string>;

/** Waits for the next line. `after`: the command that it answers; null: the greeting. */
export function* hear(after: string | null): Talk<string> {
  return yield { kind: "line", after, mayEnd: false };
}

/** Says a line; CR LF is put behind it. */
export function* say(line: string): Talk<void> {
  yield { kind: "say", text: `${line}\r\n` };
}

/** Begins TLS; what was heard before and not read is refused, since anybody may have put it there. */
export function* beginTls(): Talk<void> {
  yield { kind: "secure" };
}

/** Ends the conversation as failed: `why`, and then what was heard instead. */
export function* wrong(why: string, line: string): Talk<never> {
  yield { kind: "wrong", why, line };
  throw new Error("a conversation went on after its end");
}

/** `wanted` was expected after this command (null: as the greeting), and `line` came. */
export const unexpected = (wanted: string, after: string | null, line: string): Talk<never> =>
  wrong(`${wanted} expected ${after === null ? "as the greeting" : `after ${after}`}`, line);

/** Takes leave, so that the server's log shows no broken connection. Any answer will do, or none. */
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

/** `secrets`: texts that no reason shows, whoever repeats them. */
export function lineDialogue(talk: Talk<void>, secrets: readonly string[] = []): Dialogue {
  return new LineDialogue(talk, secrets);
}

class LineDialogue implements Dialogue {
  readonly #talk: Talk<void>;
  readonly #secrets: readonly string[];
  #pending = Buffer.alloc(0);
  #bytes = 0;
  #lines = 0;
  #awaits: { readonly after: string | null; readonly mayEnd: boolean } = {
    after: null,
    mayEnd: false,
  };

  constructor(talk: Talk<void>, secrets: readonly string[]) {
    this.#talk = talk;
    this.#secrets = secrets;
  }

  open(): Turn {
    return this.#run(this.#talk.next(""));
  }

  secured(): Turn {
    return this.#run(this.#talk.next(""));
  }

  hear(bytes: Uint8Array): Turn {
    this.#bytes += bytes.length;
    this.#pending = Buffer.concat([this.#pending, bytes]);
    const line = this.#nextLine();
    if (typeof line !== "string") return line ?? more;
    return this.#run(this.#talk.next(line));
  }

  closed(): Turn {
    if (this.#awaits.mayEnd) return passed;
    const what = awaitedWords(this.#awaits.after);
    const rest = this.#pending.length > 0 ? `, of which ${this.#shown(this.#pending)} came` : "";
    return failed("closed", `the connection was closed before the end of the ${what}${rest}`);
  }

  awaited(): string {
    return awaitedWords(this.#awaits.after);
  }

  /** Grants what the conversation asks for, until it has to wait or is over. */
  #run(from: IteratorResult<Wish, void>): Turn {
    let step = from;
    const said: Buffer[] = [];
    while (step.done !== true) {
      const wish = step.value;
      switch (wish.kind) {
        case "say":
          said.push(Buffer.from(wish.text, "utf8"));
          step = this.#talk.next("");
          break;
        case "secure":
          if (this.#pending.length > 0)
            return failed("unexpected", `${this.#shown(this.#pending)} in the clear before TLS`);
          return secure;
        case "wrong":
          return failed("unexpected", `${wish.why}, got ${this.#shown(latin1(wish.line))}`);
        case "line": {
          this.#awaits = wish;
          const line = this.#nextLine();
          if (line === null)
            return said.length === 0
              ? more
              : { kind: "say", bytes: Buffer.concat(said), answered: true };
          if (typeof line !== "string") return line;
          step = this.#talk.next(line);
          break;
        }
        default:
          return wish satisfies never;
      }
    }
    if (said.length === 0) return passed;
    return { kind: "say", bytes: Buffer.concat(said), answered: false };
  }

  /** Takes a whole line from what has been heard; null: there is none yet. */
  #nextLine(): string | Turn | null {
    const at = this.#pending.indexOf(lineFeed);
    const length = at < 0 ? this.#pending.length : at;
    const of = awaitedWords(this.#awaits.after);
    if (length > lineBytesMax) {
      const begins = `it begins with ${this.#shown(this.#pending)}`;
      return failed("too-long", `a line of over ${lineBytesMax} bytes in the ${of}: ${begins}`);
    }
    if (this.#bytes > talkBytesMax || this.#lines > linesMax) {
      const what = `more than ${talkBytesMax} bytes or ${linesMax} lines`;
      return failed("too-long", `${what} of answers, the last in the ${of}`);
    }
    if (at < 0) return null;
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
    return excerpt(latin1(text));
  }
}

const latin1 = (text: string): Buffer => Buffer.from(text, "latin1");
