/**
 * ldirectord.cf as global directives and virtual blocks. A block is what is indented by a tab or
 * four blanks below `virtual=`; ldirectord refuses a whole file for a line that fits neither.
 */
import { suggest } from "../../../keys/shape.ts";
import { refusalOf } from "./values.ts";

export interface Directive {
  readonly name: string;
  /** Without quotes; blanks around it are dropped. */
  readonly value: string;
  /** As it stands behind the `=`. */
  readonly raw: string;
  readonly line: number;
}

export interface Virtual {
  readonly name: "virtual" | "virtual6";
  readonly head: Directive;
  readonly directives: readonly Directive[];
  /** The comment right above, without its sign. */
  readonly comment: string | null;
}

export interface Wrong {
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly hint: string | null;
}

export interface LdirectordFile {
  readonly globals: readonly Directive[];
  readonly virtuals: readonly Virtual[];
  /** What ldirectord refuses the file for. */
  readonly wrong: readonly Wrong[];
  /** The first line that ends in a carriage return, which ldirectord keeps in values. */
  readonly carriageReturn: number | null;
}

const globalNames = [
  "checktimeout",
  "negotiatetimeout",
  "checkinterval",
  "checkcount",
  "failurecount",
  "autoreload",
  "callback",
  "fallback",
  "fallback6",
  "fallbackcommand",
  "logfile",
  "emailalert",
  "emailalertfrom",
  "emailalertfreq",
  "emailalertstatus",
  "smtp",
  "execute",
  "supervised",
  "fork",
  "quiescent",
  "readdquiescent",
  "cleanstop",
  "maintenancedir",
];
const blockNames = [
  "real",
  "real6",
  "checktype",
  "service",
  "checkcommand",
  "checkport",
  "request",
  "receive",
  "httpmethod",
  "virtualhost",
  "login",
  "passwd",
  "database",
  "secret",
  "load",
  "scheduler",
  "schedflags",
  "persistent",
  "netmask",
  "protocol",
  "ops",
  "fallback",
  "fallback6",
  "fallbackcommand",
  "quiescent",
  "cleanstop",
  "checktimeout",
  "negotiatetimeout",
  "checkinterval",
  "checkcount",
  "failurecount",
  "emailalert",
  "emailalertfreq",
  "emailalertstatus",
  "smtp",
  "monitorfile",
  "servicename",
  "comment",
];
const removed = ["timeout", "connecttimeout"];
/** Unquoted, the line is an unknown command. */
const quotedNames = [
  "request",
  "receive",
  "login",
  "passwd",
  "database",
  "secret",
  "load",
  "callback",
  "logfile",
];

const wrongMax = 100;

/** Reads the file; with mistakes of ldirectord's kind it is read as it was meant. Never throws. */
export function readLdirectord(text: string): LdirectordFile {
  const reader = new Reader();
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  for (const [at, written] of lines.entries()) reader.line(written, at + 1);
  return reader.end(lines.length);
}

interface Open {
  readonly name: "virtual" | "virtual6";
  readonly head: Directive;
  readonly directives: Directive[];
  readonly comment: string | null;
}

class Reader {
  readonly #globals: Directive[] = [];
  readonly #virtuals: Open[] = [];
  readonly #wrong: Wrong[] = [];
  #block: Open | null = null;
  /** A blank line ended the block; what follows indented is refused, and meant for it. */
  #isEnded = false;
  #comment: string | null = null;
  #carriageReturn: number | null = null;

  line(written: string, line: number): void {
    const plain = written.replace(/\r$/, "").replace(/^\uFEFF/, "");
    if (written.endsWith("\r")) this.#carriageReturn ??= line;
    const text = plain.replaceAll("\t", "    ");
    const trimmed = text.trim();
    if (trimmed === "") {
      if (this.#block !== null && !this.#isEnded && text.length > 4) {
        this.#refuse(line, 1, `a line of ${text.length} blanks in a block`, "remove the blanks");
        return;
      }
      if (this.#block !== null) this.#isEnded = true;
      this.#comment = null;
      return;
    }
    if (trimmed.startsWith("#")) {
      if (!text.startsWith(" ")) this.#comment = trimmed.replace(/^#+\s*/, "");
      return;
    }
    const indent = text.length - text.trimStart().length;
    const end = written.endsWith("\r") ? "\r" : "";
    const directive = this.#directive(`${plain.trimStart()}${end}`, line, indent > 0);
    if (directive === null) return;
    if (directive.name === "virtual" || directive.name === "virtual6") {
      if (indent > 0) this.#refuse(line, 1, "an indented virtual", "begin it in the first column");
      const name = directive.name;
      this.#block = { name, head: directive, directives: [], comment: this.#comment };
      this.#virtuals.push(this.#block);
      this.#isEnded = false;
      this.#comment = null;
    } else if (indent === 0) this.#global(directive);
    else this.#inBlock(directive, indent);
  }

  /** `lines`: how many there are. */
  end(lines: number): LdirectordFile {
    const last = this.#virtuals.at(-1)?.head.line;
    if (last === lines && last !== undefined)
      this.#refuse(
        last,
        1,
        "virtual= in the last line of the file is read twice, as a duplicate of itself",
        "add its real servers, or a line behind it",
      );
    return {
      globals: this.#globals,
      virtuals: this.#virtuals,
      wrong: this.#wrong,
      carriageReturn: this.#carriageReturn,
    };
  }

  #refuse(line: number, column: number, message: string, hint: string): void {
    if (this.#wrong.length < wrongMax) this.#wrong.push({ line, column, message, hint });
  }

  #global(directive: Directive): void {
    const { name, line } = directive;
    if (removed.includes(name))
      this.#refuse(
        line,
        1,
        `${name} was removed`,
        "checktimeout and negotiatetimeout took its place",
      );
    else if (globalNames.includes(name)) {
      this.#globals.push(directive);
      this.#block = null;
    } else if (blockNames.includes(name) && this.#block !== null) {
      this.#refuse(line, 1, `${name} in the first column`, "indent it by four blanks or a tab");
      this.#block.directives.push(directive);
    } else this.#refuse(line, 1, `Unknown command ${shown(name)}`, suggest(name, globalNames));
  }

  #inBlock(directive: Directive, indent: number): void {
    const { name, line } = directive;
    if (this.#block === null) {
      this.#refuse(
        line,
        1,
        `an indented ${shown(name)} outside blocks`,
        "begin it in the first column",
      );
      if (globalNames.includes(name)) this.#globals.push(directive);
      return;
    }
    if (this.#isEnded)
      this.#refuse(line, 1, "a blank line above ended the block", "remove the blank line");
    else if (indent < 4)
      this.#refuse(line, 1, `indented by ${indent}`, "indent it by four blanks or a tab");
    this.#isEnded = false;
    if (!blockNames.includes(name))
      this.#refuse(line, indent + 1, `Unknown command ${shown(name)}`, suggest(name, blockNames));
    else this.#block.directives.push(directive);
  }

  #directive(text: string, line: number, isInside: boolean): Directive | null {
    const match = /^([A-Za-z][A-Za-z0-9]*)\s*(=?)[^\S\r]*(.*)$/s.exec(text);
    const name = match?.[1] ?? "";
    if (match === null || (match[2] === "" && name !== "supervised")) {
      this.#refuse(line, 1, `Unknown command ${shown(text)}`, "write NAME=VALUE");
      return null;
    }
    const given = match[3] ?? "";
    // Inside a block a comment begins anywhere; a global value keeps it, and is often refused.
    const bare = given.replace(/#.*$/s, "").replace(/[\s\u3000]+$/u, "");
    const exact = isInside ? given.replace(/#.*$/s, "") : given;
    const isQuoted = /^"[\s\S]*"/.test(bare);
    if (quotedNames.includes(name) && !isQuoted)
      this.#refuse(line, 1, `${name} without quotes`, `write ${name}="..."`);
    const value = isQuoted ? bare.slice(1, bare.lastIndexOf('"')) : bare;
    const inside = isInside ? (this.#block?.name ?? "virtual") : null;
    const refusal = refusalOf({ name, value, exact, inside });
    if (refusal !== null) this.#refuse(line, 1, ...refusal);
    return { name, value, raw: bare, line };
  }
}

const shown = (text: string): string => JSON.stringify(text.slice(0, 60));
