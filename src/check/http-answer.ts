/**
 * Reads the answer to one HTTP/1.x request from bytes cut anywhere: as lenient as RFC 9110 and 9112
 * allow a recipient to be, and bounded in everything.
 *
 * Lenient (RFC 9112): lines that end in LF alone (2.2), any blanks between the parts of the status
 * line and no reason (4), interim answers before the one that counts (RFC 9110, 15.2), folded
 * fields (5.2), blanks before the colon (5.1, what a proxy would remove), several equal lengths
 * (6.3), extensions of chunks and trailers (7.1), and a body that ends with the connection (6.3).
 * Refused: what leaves the length of the body in doubt, and a head or a body that is not whole.
 */
import { excerpt } from "./excerpt.ts";

/** A page that a check reads. Real start pages are smaller; a thousand at once still fit in memory. */
export const bodyBytesMax = 1024 * 1024;

/** Node's and most servers' own limit for the head of a message; for each interim one as well. */
export const headBytesMax = 16 * 1024;

/** Interim answers before the one that counts; a real one has one or two. */
export const interimMax = 16;

/** Chunks of a body: at least 64 bytes each in the longest page. */
export const chunksMax = 16_384;

/** The line before a chunk, its extensions included. */
const chunkLineBytesMax = 4096;

/** Why an answer is none: no HTTP, more than we listen to, or an early end. */
export interface AnswerRefusal {
  readonly kind: "failed";
  readonly reason: "unreadable" | "too-long" | "closed";
  readonly why: string;
}

/** What has been read so far. */
export type AnswerStep = { readonly kind: "more" } | { readonly kind: "complete" } | AnswerRefusal;

const more: AnswerStep = { kind: "more" };
const complete: AnswerStep = { kind: "complete" };
const unreadable = (why: string): AnswerRefusal => ({ kind: "failed", reason: "unreadable", why });
const tooLong = (why: string): AnswerRefusal => ({ kind: "failed", reason: "too-long", why });
const cutShort = (why: string): AnswerRefusal => ({ kind: "failed", reason: "closed", why });

const headTooLong = tooLong(`the head of the answer is longer than ${headBytesMax} bytes`);
const bodyTooLong = tooLong(`the answer is longer than ${bodyBytesMax} bytes`);

const early = "closed before the answer was complete";

/** Where the reader is. Lines end these; the body's parts are counted. */
type Place = "status" | "fields" | "counted" | "rest" | "size" | "chunk" | "chunk-end" | "trailers";

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** Section 4: any blanks; RFC 9110, 2.5: a higher minor version is read as the highest known. */
const statusLine = /^HTTP\/1\.\d[ \t\v\f\r]+([1-9]\d\d)(?:[ \t\v\f\r].*)?$/is;

export class HttpAnswer {
  readonly #bodyless: boolean;
  #place: Place = "status";
  #status: number | null = null;
  #coding: string | null = null;
  #interim = 0;
  #line = Buffer.alloc(0);
  #headBytes = 0;
  #fields: [string, string][] = [];
  #left = 0;
  #chunks = 0;
  #body = Buffer.alloc(0);
  #bodyBytes = 0;
  #end: AnswerStep | null = null;

  /** `method`: of the request; an answer to HEAD has no body. */
  constructor(method: string) {
    this.#bodyless = method === "HEAD";
  }

  /** The status that counts; null until its head has been read. */
  get status(): number | null {
    return this.#status;
  }

  /** How the body is compressed (RFC 9110, section 8.4), which this leaves as it is; null: not. */
  get coding(): string | null {
    return this.#coding;
  }

  /** Whether all of it has been read. */
  get complete(): boolean {
    return this.#end?.kind === "complete";
  }

  /** What has been read of the body. */
  get body(): Uint8Array {
    return this.#body.subarray(0, this.#bodyBytes);
  }

  /** The next bytes. After `complete` or `failed` they are not looked at. */
  hear(bytes: Uint8Array): AnswerStep {
    let rest = bytes;
    while (this.#end === null && rest.length > 0) rest = this.#eat(rest);
    return this.#end ?? more;
  }

  /** The connection has ended. Never `more`. */
  closed(): AnswerStep {
    if (this.#end !== null) return this.#end;
    // Section 8: a chunked body is whole once its last chunk has come.
    if (this.#place === "rest" || this.#place === "trailers") return this.#finish(complete);
    if (this.#status !== null) return this.#finish(cutShort(`${early}: ${this.#bodySoFar()}`));
    const heard = this.#headBytes > 0 || this.#line.length > 0 || this.#interim > 0;
    if (!heard) return this.#finish(cutShort("closed without an answer"));
    if (
      this.#place === "status" &&
      this.#interim === 0 &&
      !/^H(?:T(?:T(?:P|$)|$)|$)/i.test(this.#text())
    )
      return this.#finish(this.#noStatus());
    return this.#finish(cutShort(early));
  }

  #bodySoFar(): string {
    return this.#place === "counted"
      ? `${this.#bodyBytes} of ${this.#bodyBytes + this.#left} bytes of its body`
      : `${this.#bodyBytes} bytes of its body, without the last chunk`;
  }

  #finish(end: AnswerStep): AnswerStep {
    this.#end = end;
    return end;
  }

  /** Takes some of the bytes; returns the others. */
  #eat(bytes: Uint8Array): Uint8Array {
    if (this.#place === "counted" || this.#place === "chunk") {
      const part = bytes.subarray(0, this.#left);
      this.#keep(part);
      this.#left -= part.length;
      if (this.#left === 0) {
        if (this.#place === "counted") this.#finish(complete);
        else this.#place = "chunk-end";
      }
      return bytes.subarray(part.length);
    }
    if (this.#place === "rest") {
      this.#keep(bytes);
      return bytes.subarray(bytes.length);
    }
    const at = bytes.indexOf(lineFeed);
    const part = at < 0 ? bytes : bytes.subarray(0, at);
    this.#line = this.#line.length === 0 ? Buffer.from(part) : Buffer.concat([this.#line, part]);
    const chunked = this.#place === "size" || this.#place === "chunk-end";
    if (!chunked) this.#headBytes += at < 0 ? part.length : part.length + 1;
    if (chunked ? this.#line.length > chunkLineBytesMax : this.#headBytes > headBytesMax)
      this.#finish(chunked ? tooLong("a chunk's line is too long") : headTooLong);
    else if (at >= 0) {
      const line = this.#text();
      this.#line = Buffer.alloc(0);
      this.#takeLine(line);
    } else if (
      this.#place === "status" &&
      this.#line.length > 8 &&
      !/^HTTP\/1\./i.test(this.#text())
    )
      this.#finish(this.#noStatus());
    return bytes.subarray(at < 0 ? bytes.length : at + 1);
  }

  /** The line so far, a character a byte, without its CR. */
  #text(): string {
    const end = this.#line.length - (this.#line.at(-1) === carriageReturn ? 1 : 0);
    return this.#line.toString("latin1", 0, end);
  }

  #noStatus(line = this.#text()): AnswerRefusal {
    return unreadable(`no HTTP answer: it begins with ${excerpt(Buffer.from(line, "latin1"))}`);
  }

  #takeLine(line: string): void {
    switch (this.#place) {
      case "status": {
        const match = statusLine.exec(line);
        if (match === null) return void this.#finish(this.#noStatus(line));
        this.#left = Number(match[1]);
        this.#place = "fields";
        return;
      }
      case "fields":
        if (line === "") this.#endHead();
        else this.#takeField(line);
        return;
      case "size":
        this.#takeSize(line);
        return;
      case "chunk-end":
        if (line !== "") return void this.#finish(unreadable("a chunk is longer than it says"));
        this.#place = "size";
        return;
      default:
        if (line === "") this.#finish(complete);
    }
  }

  #takeField(line: string): void {
    if (line.includes("\0")) return void this.#finish(unreadable("a NUL in the answer's head"));
    const last = this.#fields.at(-1);
    if (line.startsWith(" ") || line.startsWith("\t")) {
      // Section 2.2: a folded line right behind the status line is not looked at.
      if (last !== undefined) last[1] = `${last[1]} ${line.trim()}`.trim();
      return;
    }
    const colon = line.indexOf(":");
    if (colon < 0) {
      const found = excerpt(Buffer.from(line, "latin1"));
      return void this.#finish(unreadable(`a line without a colon in the answer's head: ${found}`));
    }
    this.#fields.push([line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]);
  }

  #endHead(): void {
    const status = this.#left;
    const values = (name: string): string[] =>
      this.#fields
        .filter(([field]) => field === name)
        .flatMap(([, value]) => value.split(",").map((each) => each.trim().toLowerCase()));
    const codings = values("transfer-encoding");
    const lengths = values("content-length");
    const content = values("content-encoding").filter((coding) => coding !== "identity");
    this.#coding = content.length === 0 ? null : excerpt(Buffer.from(content.join(", ")));
    this.#fields = [];
    this.#headBytes = 0;
    this.#left = 0;
    if (status === 101)
      return void this.#finish(unreadable("status 101: it speaks another protocol, unasked"));
    if (status < 200) {
      this.#place = "status";
      this.#interim += 1;
      if (this.#interim > interimMax)
        this.#finish(tooLong(`more than ${interimMax} interim answers`));
      return;
    }
    this.#status = status;
    if (this.#bodyless || status === 204 || status === 304) return void this.#finish(complete);
    this.#frame(
      codings.filter((coding) => coding !== "identity"),
      lengths,
    );
  }

  /** How the body ends (section 6.3). */
  #frame(codings: readonly string[], lengths: readonly string[]): void {
    if (codings.length > 0) {
      this.#place = codings.at(-1) === "chunked" ? "size" : "rest";
      return;
    }
    const [length] = lengths;
    if (length === undefined) {
      this.#place = "rest";
      return;
    }
    const numbers = new Set(lengths.map((each) => (/^\d{1,15}$/.test(each) ? Number(each) : null)));
    if (numbers.has(null) || numbers.size !== 1) {
      const found = excerpt(Buffer.from(lengths.join(", "), "latin1"));
      return void this.#finish(unreadable(`the answer's Content-Length is ${found}`));
    }
    this.#left = Number(length);
    this.#place = "counted";
    if (this.#left === 0) this.#finish(complete);
    else if (this.#left > bodyBytesMax) this.#finish(bodyTooLong);
  }

  #takeSize(line: string): void {
    const digits = /^0*([0-9a-f]{1,8})[ \t]*(?:;.*)?$/is.exec(line)?.[1];
    if (digits === undefined) {
      const found = excerpt(Buffer.from(line, "latin1"));
      return void this.#finish(unreadable(`the size of a chunk is ${found}`));
    }
    this.#left = Number.parseInt(digits, 16);
    this.#chunks += 1;
    if (this.#left === 0) this.#place = "trailers";
    else if (this.#bodyBytes + this.#left > bodyBytesMax) this.#finish(bodyTooLong);
    else if (this.#chunks > chunksMax)
      this.#finish(tooLong(`an answer of more than ${chunksMax} chunks`));
    else this.#place = "chunk";
  }

  /** Keeps a part of the body, in one buffer that grows as it comes. */
  #keep(part: Uint8Array): void {
    const length = this.#bodyBytes + part.length;
    if (length > bodyBytesMax) return void this.#finish(bodyTooLong);
    if (length > this.#body.length) {
      const grown = Buffer.alloc(Math.min(bodyBytesMax, Math.max(length, 2 * this.#body.length)));
      grown.set(this.#body.subarray(0, this.#bodyBytes));
      this.#body = grown;
    }
    this.#body.set(part, this.#bodyBytes);
    this.#bodyBytes = length;
  }
}
