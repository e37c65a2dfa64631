/**
 * What nanny did with `send`, `expect`, `use_regex` and `send_program`, as a check of lvsd's.
 *
 * nanny compared the first bytes of the answer, one read of at most 254 bytes; of a program it
 * compared the whole output but its last byte, and counted a program that failed as a sign of life.
 */
import { RE2JS } from "re2js";
import { readEscapes } from "../../../keys/escapes.ts";
import { messageOf } from "../../../model/error.ts";
import type { Finding, ForeignFile } from "../imported.ts";
import { neverFails } from "../never-fails.ts";
import type { Origin } from "../outline.ts";
import { MapNode } from "../outline.ts";
import { type Conversion, originOf } from "./conversion.ts";
import type { Block, Given } from "./statements.ts";

/** What a block of lvs.cf gives for its check. */
interface CheckSource {
  readonly name: string;
  readonly protocol: "tcp" | "udp";
  readonly port: number;
  readonly origin: (given: Given | undefined) => Origin | null;
  readonly send: Given | undefined;
  readonly expect: Given | undefined;
  readonly useRegex: Given | undefined;
  readonly program: Given | undefined;
  readonly timeout: Given | undefined;
  readonly script: ForeignFile | null;
  readonly add: (kind: Finding["kind"], given: Given | undefined, text: string) => void;
}

function sourceOf(conversion: Conversion, block: Block, port: number): CheckSource {
  const { file, findings } = conversion;
  const value = (key: string): Given | undefined => block.values.get(key);
  return {
    name: block.name,
    protocol: value("protocol")?.text === "udp" ? "udp" : "tcp",
    port,
    origin: (given) => originOf(file, given),
    send: value("send"),
    expect: value("expect"),
    useRegex: value("use_regex"),
    program: value("send_program"),
    timeout: value("timeout"),
    script: scriptOf(conversion, value("send_program")),
    add: (kind, given, text) =>
      findings.add(
        kind,
        originOf(file, given) ?? { file, line: block.line },
        `${block.kind} ${block.name}`,
        text,
      ),
  };
}

/** nanny reads no more than this of an answer. */
const readMax = 254;
const timeoutDefault = 10;
const timeoutMax = 3600;
/** What nanny says and awaits on port 80 when nothing is configured. */
const webQuestion = "GET / HTTP/1.0\\r\\n\\r\\n";
const webAnswer = "HTTP";

/** The check of a virtual or failover block whose service listens on `port`. */
export function checkOf(conversion: Conversion, block: Block, port: number): MapNode {
  const source = sourceOf(conversion, block, port);
  const check = new MapNode();
  const { program, send, expect } = source;
  const byProgram = program !== undefined && program.text !== "";
  if (byProgram) programCheck(check, source, program);
  else if (send === undefined && expect === undefined) connectCheck(check, source);
  else dialogueCheck(check, source);
  rhythm(check, source);
  if (byProgram && send !== undefined)
    source.add("carried", send, "nanny drops it where a send_program is given");
  return check;
}

/** Seconds between two checks, which bound each step as well. */
function intervalOf({ timeout, add }: Pick<CheckSource, "timeout" | "add">): number {
  const seconds = timeout?.number ?? timeoutDefault;
  if (seconds > timeoutMax) add("changed", timeout, `${seconds}: ${timeoutMax}s is the most`);
  if (seconds > 0) return Math.min(seconds, timeoutMax);
  add("suspicious", timeout, `${seconds} ends nanny by a division; ${timeoutDefault}s is taken`);
  return timeoutDefault;
}

function rhythm(check: MapNode, source: CheckSource): void {
  const interval = `${intervalOf(source)}s`;
  const origin = source.origin(source.timeout);
  check.set("interval", interval, origin);
  check.set("timeout", interval, origin, "nanny gave each step this long");
  check.set("fall", 1, null, "nanny took a server out at the first failure");
  check.set("rise", 1);
}

function connectCheck(check: MapNode, source: CheckSource): void {
  if (source.port === 80 && source.protocol === "tcp") {
    check.set("type", "send_expect", null, "nanny assumes a web server on port 80");
    check.set("send", webQuestion).set("expect", webAnswer);
    return;
  }
  if (source.protocol === "tcp") {
    check.set("type", "tcp");
    return;
  }
  check.set("type", "none");
  const text =
    "a UDP service without send: nanny waits for an answer to nothing and never finds it up; no check is made";
  source.add("suspicious", undefined, text);
}

function dialogueCheck(check: MapNode, source: CheckSource): void {
  const { send, expect, protocol, add, origin } = source;
  check.set("type", "send_expect");
  if (send !== undefined && send.text !== "") check.set("send", said(source, send), origin(send));
  else if (protocol === "udp" && send === undefined)
    add("suspicious", expect, "UDP without send: nobody answers a question that was not asked");
  if (expect === undefined) {
    if (protocol === "udp")
      add("suspicious", send, "UDP without expect: nanny crashed at the first answer");
    return;
  }
  if (expect.text === "*") {
    check.set("expect", "[\\s\\S]", origin(expect), "any byte").set("regex", true);
    return;
  }
  if (expect.text === "") {
    add("changed", expect, "any answer or none passes, as with nanny, where the server closes");
    return;
  }
  if (source.useRegex?.number === 1) patternOf(check, source, expect);
  else check.set("expect", said(source, expect, readMax), origin(expect));
  if (/^HTTP(?:\/1\.[01])?$/.test(expect.text))
    add(
      "suspicious",
      expect,
      "every HTTP answer begins so, also `500 Internal Server Error`; `type: http` with a path judges the status",
    );
}

/** A text with escapes that lvsd reads as nanny did. */
function said(source: CheckSource, given: Given, most: number | null = null): string {
  const { text } = given;
  if (given.text.startsWith("'"))
    source.add(
      "suspicious",
      given,
      "nanny keeps the single quotes as part of the text; write double ones",
    );
  // Texts of one character are left alone by nanny: a lone backslash is a backslash.
  const sound = text.length <= 1 ? text.replace("\\", "\\\\") : knownEscapes(source, given);
  const bytes = readEscapes(sound);
  if (most === null || typeof bytes === "string" || bytes.length <= most) return sound;
  source.add("changed", given, `nanny compares the first ${most} bytes only`);
  return [...bytes.subarray(0, most)].map(printByte).join("");
}

const printByte = (byte: number): string =>
  byte >= 0x20 && byte < 0x7f && byte !== 0x5c
    ? String.fromCharCode(byte)
    : `\\x${byte.toString(16).padStart(2, "0")}`;

/** nanny knows six escapes; at any other it loops for ever. */
function knownEscapes(source: CheckSource, given: Given): string {
  const strange: string[] = [];
  const sound = given.text.replaceAll(/\\([\s\S]?)/g, (written, letter: string) => {
    if (/^[rnt\\'"]$/.test(letter)) return written;
    strange.push(written);
    return `\\\\${letter}`;
  });
  if (strange.length > 0) {
    const list = [...new Set(strange)].join(" ");
    source.add("suspicious", given, `nanny never comes back from ${list}; taken as it is written`);
  }
  return sound;
}

function patternOf(check: MapNode, source: CheckSource, expect: Given): void {
  const { add, origin } = source;
  const pattern = expect.text.replaceAll(/\\\\/g, "\\");
  try {
    RE2JS.compile(pattern);
  } catch (thrown) {
    add("suspicious", expect, `no pattern for lvsd (${messageOf(thrown)}); any answer passes`);
    return;
  }
  check.set("expect", pattern, origin(expect)).set("regex", true);
}

function programCheck(check: MapNode, source: CheckSource, program: Given): void {
  const { expect, add, origin } = source;
  const [path = "", ...args] = program.text.split(" ");
  check.set("type", "command", origin(program)).set("command", path, origin(program));
  // nanny replaces whole words only; lvsd replaces %h and %p wherever they stand.
  if (args.length > 0) check.set("args", args);
  if (neverFails(path)) add("suspicious", program, `${path} never fails`);
  if (!path.startsWith("/"))
    add("suspicious", program, "the program needs its whole path, beginning with /");
  reversed(source, program);
  const glued = args.filter((word) => /%[hp]/.test(word) && !/^%[hp]$/.test(word));
  if (glued.length > 0)
    add("changed", program, `nanny leaves ${glued.join(" ")} as it is; lvsd puts the address in`);
  if (args.includes(""))
    add("suspicious", program, "two blanks in a row make an empty argument for nanny");
  if (expect === undefined || expect.text === "") {
    add(
      "suspicious",
      program,
      "without expect nanny never finds the server up; here status 0 passes",
    );
    return;
  }
  // The last byte of the output, meant to be the line's end, is not compared.
  check.set("expect", `^${RE2JS.quote(plainText(expect))}\\s?$`, origin(expect)).set("regex", true);
  add(
    "changed",
    program,
    "a program that fails or takes too long counts as a failed check; nanny counted it as a sign of life",
  );
}

/** The script that `send_program` names, where it was given as well. */
function scriptOf({ around }: Conversion, program: Given | undefined): ForeignFile | null {
  const [path = ""] = (program?.text ?? "").split(" ");
  const base = path.slice(path.lastIndexOf("/") + 1);
  const isIt = ({ name }: ForeignFile): boolean => name.slice(name.lastIndexOf("/") + 1) === base;
  return base === "" ? null : (around.scripts.find(isIt) ?? null);
}

/** A count of lines that is not 1, and then the word that means health. */
const reversedTest =
  /\[{1,2}\s*["']?\$\{?\w+\}?["']?\s*(?:!=|-ne)\s*["']?1["']?\s*\]{1,2}[\s;]*then\s+(?:echo|printf)\s+["']?([\w-]+)/;

/** The administration manual's own sample: it says OK when the answer that it looks for is absent. */
function reversed({ script, expect, add }: CheckSource, program: Given): void {
  if (script === null || expect === undefined) return;
  const said = reversedTest.exec(script.text.slice(0, 65_536))?.[1];
  if (said === undefined || said !== expect.text) return;
  add(
    "suspicious",
    program,
    `${script.name} prints ${said} when what it counts is absent: it finds a dead server up; turn its test round`,
  );
}

/** The bytes that nanny compares, as text. */
function plainText(expect: Given): string {
  const bytes = expect.text.length <= 1 ? expect.text : readEscapes(expect.text);
  return typeof bytes === "string" ? expect.text : Buffer.from(bytes).toString("latin1");
}
