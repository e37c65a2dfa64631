/**
 * lvs.cf as statements: global ones, and blocks `virtual`, `failover` and `server`. Knows which
 * keyword stands where and of which kind its value is; what the values mean is convert.ts.
 *
 * Piranha stops at its first error; here reading goes on, so that all of them are reported.
 */
import { suggest } from "../../../keys/shape.ts";
import { globalKinds, type Kind, serverKinds, serviceKinds } from "./keywords.ts";
import { type Line, linesOf, visibleLinesOf, type Word } from "./lexer.ts";
import { readValue } from "./values.ts";

/** One value with its place. */
export interface Given {
  readonly line: number;
  readonly column: number;
  readonly text: string;
  /** Of integers, booleans and ports: their number. */
  readonly number: number;
  /** The second value of a pair: a device. */
  readonly device: string;
}

export interface Block {
  readonly kind: "global" | "virtual" | "failover" | "server";
  readonly name: string;
  readonly line: number;
  /** The last statement of each keyword; only that one counts. */
  readonly values: ReadonlyMap<string, Given>;
  readonly blocks: readonly Block[];
}

export interface Wrong {
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly hint: string | null;
}

export interface Statements {
  readonly root: Block;
  readonly wrong: readonly Wrong[];
  /** What `lenient` has read as it was meant. */
  readonly meant: readonly Wrong[];
}

/** Errors of a file beyond this many say nothing new. */
const wrongMax = 100;

interface OpenBlock {
  readonly kind: Block["kind"];
  readonly name: string;
  readonly line: number;
  readonly values: Map<string, Given>;
  readonly blocks: Block[];
}

/** Reads the statements. Never throws. */
export function readStatements(text: string, lenient: boolean): Statements {
  const reader = new Reader(lenient);
  if (text === "") reader.refuse(1, 1, "Empty configuration", null);
  for (const line of lenient ? visibleLinesOf(text) : linesOf(text)) reader.line(line);
  return reader.end();
}

class Reader {
  readonly #lenient: boolean;
  readonly #open: OpenBlock[] = [
    { kind: "global", name: "", line: 1, values: new Map(), blocks: [] },
  ];
  readonly #wrong: Wrong[] = [];
  readonly #meant: Wrong[] = [];
  /** A block that was opened by a line without its brace. */
  #waitsForBrace = false;

  constructor(lenient: boolean) {
    this.#lenient = lenient;
  }

  line(line: Line): void {
    const first = line.words[0];
    if (line.wrong !== null) {
      // Piranha says so of the first line of a block; of later lines it says "missing arguments".
      this.refuse(line.number, line.wrong.column, line.wrong.message, "quote the whole value");
      return;
    }
    if (first === undefined) return;
    if (this.#waitsForBrace && first.text === "{") {
      this.#waitsForBrace = false;
      return;
    }
    this.#waitsForBrace = false;
    if (first.text === "}") this.#close(line, first);
    else if (["virtual", "failover", "server"].includes(bare(first.text)) && !isScalar(line))
      this.#openBlock(line, first);
    else this.#statement(line, first);
  }

  end(): Statements {
    while (this.#open.length > 1) this.#pop();
    const [root] = this.#open;
    if (root === undefined) throw new Error("bug: the outermost block is never closed");
    return { root, wrong: this.#wrong, meant: this.#meant };
  }

  refuse(line: number, column: number, message: string, hint: string | null): void {
    if (this.#wrong.length < wrongMax) this.#wrong.push({ line, column, message, hint });
  }

  /** True: it was read as it was meant, and noted. */
  #means(line: number, column: number, message: string): boolean {
    if (!this.#lenient) return false;
    if (this.#meant.length < wrongMax) this.#meant.push({ line, column, message, hint: null });
    return true;
  }

  get #inner(): OpenBlock {
    const inner = this.#open.at(-1);
    if (inner === undefined) throw new Error("bug: the outermost block is never closed");
    return inner;
  }

  #pop(): void {
    const done = this.#open.pop();
    if (done !== undefined) this.#inner.blocks.push(done);
  }

  #close(line: Line, first: Word): void {
    if (this.#open.length > 1) this.#pop();
    else this.refuse(line.number, first.column, 'unknown command "}"', "no block is open here");
  }

  #openBlock(line: Line, first: Word): void {
    const kind = bare(first.text) as "virtual" | "failover" | "server";
    const words = splitBraces(line.words);
    const [, name, brace, extra] = words;
    const inside = this.#inner.kind;
    const fits =
      kind === "server" ? inside === "virtual" || inside === "failover" : inside === "global";
    if (!fits) {
      const hint =
        kind === "server" ? "a server belongs into a virtual block" : "is a } missing above?";
      this.refuse(line.number, first.column, `unknown command ${JSON.stringify(kind)}`, hint);
    }
    const isGlued = words.length !== line.words.length;
    if (name === undefined || brace?.text !== "{" || isGlued) {
      const hint = `write: ${kind} NAME {`;
      if (
        name === undefined ||
        !this.#means(line.number, first.column, `the { of ${kind} ${name.text}`)
      ) {
        this.refuse(line.number, first.column, "missing arguments", hint);
      }
    } else if (extra !== undefined && !this.#means(line.number, extra.column, "words behind the {"))
      this.refuse(line.number, extra.column, "unexpected arguments", "nothing may follow the {");
    this.#waitsForBrace = brace?.text !== "{";
    this.#open.push({
      kind,
      name: name?.text ?? "",
      line: line.number,
      values: new Map(),
      blocks: [],
    });
  }

  #statement(line: Line, first: Word): void {
    const { kind: block, values } = this.#inner;
    const kinds =
      block === "global" ? globalKinds : block === "server" ? serverKinds : serviceKinds;
    const words = this.#lenient ? splitEquals(line.words) : line.words;
    const keyword = words[0]?.text ?? "";
    const kind = Object.hasOwn(kinds, keyword) ? kinds[keyword] : undefined;
    if (kind === undefined) {
      const where = block === "global" ? "outside blocks" : `in a ${block} block`;
      const message = `unknown command ${JSON.stringify(keyword.slice(0, 60))} ${where}`;
      if (!this.#means(line.number, first.column, `${message}: left out`))
        this.refuse(line.number, first.column, message, nearKeyword(keyword, Object.keys(kinds)));
      return;
    }
    const problem = this.#shape(words, kind);
    if (problem !== null) {
      const place = problem.word ?? first;
      if (!problem.lenient || !this.#means(line.number, place.column, problem.meant)) {
        this.refuse(line.number, place.column, problem.message, problem.hint);
        return;
      }
    }
    const given = this.#value(line, keyword, kind, words);
    if (given !== null) values.set(keyword, given);
  }

  /** What is wrong with the words of a statement. */
  #shape(words: readonly Word[], kind: Kind): ShapeProblem | null {
    const [, equal, value, second, third] = words;
    const spaced = "write KEY = VALUE with a blank on each side of the =";
    if (equal === undefined) return problem("missing arguments", spaced, undefined);
    if (equal.text !== "=") return problem("equal (=) expected after command", spaced, equal);
    if (value === undefined) return problem("missing arguments", "give a value", undefined);
    if (kind === "list") {
      const fits = value.text === "[" && words.at(-1)?.text === "]";
      return fits ? null : problem("list expected", "write [ A B ]", value);
    }
    const extra = kind === "pair" ? third : second;
    if (kind === "pair" && second === undefined)
      return problem("missing arguments", "give an address and a device such as eth0:1", value);
    if (extra === undefined) return null;
    return {
      message: "unexpected arguments",
      hint: "a comment needs a line of its own; text with blanks needs quotes",
      word: extra,
      lenient: true,
      meant: "words behind the value: left out",
    };
  }

  #value(line: Line, keyword: string, kind: Kind, words: readonly Word[]): Given | null {
    const [, , value, second] = words;
    if (value === undefined) return null;
    const read = readValue(kind, value, second);
    if (typeof read !== "string") return { line: line.number, column: value.column, ...read };
    const yes = /^(?:yes|no|on|off|true|false)$/i.exec(value.text)?.[0].toLowerCase();
    if (kind === "boolean" && yes !== undefined) {
      const number = ["yes", "on", "true"].includes(yes) ? 1 : 0;
      if (this.#means(line.number, value.column, `${keyword} = ${yes}: read as ${number}`))
        return { line: line.number, column: value.column, text: value.text, number, device: "" };
    }
    const [message, hint] = read.split("|");
    this.refuse(line.number, value.column, `${keyword}: ${message}`, hint ?? null);
    return null;
  }
}

/** `did you mean "port"?`, where one is near. */
function nearKeyword(word: string, known: readonly string[]): string | null {
  const hint = suggest(word, known);
  return hint.startsWith("use one of") ? null : hint;
}

interface ShapeProblem {
  readonly message: string;
  readonly hint: string;
  readonly word: Word | undefined;
  readonly lenient: boolean;
  readonly meant: string;
}

const problem = (message: string, hint: string, word: Word | undefined): ShapeProblem => ({
  message,
  hint,
  word,
  lenient: false,
  meant: "",
});

const bare = (word: string): string => word.replace(/\{$/, "");
/** `virtual = x` would be a scalar of an unknown keyword. */
const isScalar = (line: Line): boolean => line.words[1]?.text === "=";

/** `v{` as `v` and `{`. */
function splitBraces(words: readonly Word[]): readonly Word[] {
  return words.flatMap((word) =>
    word.text.length > 1 && word.text.endsWith("{")
      ? [
          { ...word, text: word.text.slice(0, -1) },
          { ...word, text: "{" },
        ]
      : [word],
  );
}

/** `key=value`, `key= value` and `key =value` as three words. */
function splitEquals(words: readonly Word[]): readonly Word[] {
  const [first, second, ...rest] = words;
  if (first === undefined) return words;
  const at = first.text.indexOf("=");
  const equal = { ...first, text: "=", raw: "=" };
  const part = (word: Word, from: number, to?: number): Word[] => {
    const text = word.text.slice(from, to);
    return text === "" ? [] : [{ text, raw: text, column: word.column + from }];
  };
  if (at > 0)
    return [
      ...part(first, 0, at),
      equal,
      ...part(first, at + 1),
      ...(second ? [second] : []),
      ...rest,
    ];
  if (second?.text.startsWith("=") && second.text !== "=")
    return [first, equal, ...part(second, 1), ...rest];
  return words;
}
