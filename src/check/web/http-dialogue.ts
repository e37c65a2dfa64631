/**
 * One request over HTTP/1.1 and the judging of its answer: by status, digest and body. No
 * redirects, no second request (RFC 9112).
 */
import { createHash } from "node:crypto";
import { printEndpoint } from "../../model/address.ts";
import { type Dialogue, type DialogueAction, failed, more, passed } from "../dialogue.ts";
import { HttpAnswer } from "../http-answer.ts";
import { matchedBytesMax, type Sought, sought } from "../pattern.ts";
import { fits, printRanges, type StatusRange } from "../status-ranges.ts";
import type { Aim } from "../type.ts";

/** What is asked, and what the answer must be. */
export interface HttpQuestion {
  readonly method: string;
  readonly path: string;
  readonly host: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly user: string | null;
  readonly status: readonly StatusRange[];
  readonly expect: string | null;
  readonly regex: boolean;
  /** What is looked for must not be there. */
  readonly absent: boolean;
  readonly digest: string | null;
  readonly content: string | null;
}

/** `standardPort`: the one that a Host header leaves out. */
export function httpDialogue(
  question: HttpQuestion,
  password: string | null,
  aim: Aim,
  standardPort: number,
): Dialogue {
  const answer = new HttpAnswer(question.method);
  const judge = (step: ReturnType<HttpAnswer["hear"]>): DialogueAction => {
    if (step.kind === "failed") return failed(step.reason, step.why);
    const { status } = answer;
    if (status !== null && !fits(question.status, status)) {
      const expected = printRanges(question.status);
      return failed("unexpected", `status ${status}, expected ${expected}`);
    }
    return step.kind === "more" ? more : judgeBody(question, answer);
  };
  return {
    open() {
      const bytes = requestOf(question, hostOf(aim, standardPort), password);
      return { kind: "say", bytes, answered: true };
    },
    hear: (bytes) => judge(answer.hear(bytes)),
    closed: () => judge(answer.closed()),
  };
}

const hostOf = ({ address, port }: Aim, standardPort: number): string =>
  port === standardPort
    ? printEndpoint(address, port).replace(/:\d+$/, "")
    : printEndpoint(address, port);

/** Of a request to a proxy, which names all of the URL (RFC 9112, section 3.2.2); else null. */
const hostOfUrl = (path: string): string | null => /^http:\/\/([^/]+)/.exec(path)?.[1] ?? null;

/** The configuration is judged for what makes no request (http.ts). */
function requestOf(question: HttpQuestion, host: string, password: string | null): Uint8Array {
  const { method, path, user } = question;
  const fields = new Map([
    ["host", host],
    ["connection", "close"],
    ["user-agent", "lvsd"],
  ]);
  for (const [name, value] of Object.entries(question.headers))
    fields.set(name.toLowerCase(), value);
  const asked = question.host ?? hostOfUrl(path);
  if (asked !== null) fields.set("host", asked);
  if (user !== null && password !== null) {
    const login = Buffer.from(`${user}:${password}`, "utf8").toString("base64");
    fields.set("authorization", `Basic ${login}`);
  }
  const body = Buffer.from(question.body ?? "", "utf8");
  // RFC 9110, section 8.6: where a method anticipates a body, its length is said though it is 0.
  if (method === "POST") fields.set("content-length", String(body.length));
  const lines = Array.from(fields, ([name, value]) => `${name}: ${value}\r\n`);
  const head = `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`;
  return Buffer.concat([Buffer.from(head, isLatin1(head) ? "latin1" : "utf8"), body]);
}

/** RFC 9110, section 5.5: the octets of a field are its sender's affair; historically ISO 8859-1. */
const isLatin1 = (text: string): boolean => !/[^\0-\xff]/.test(text);

function judgeBody(question: HttpQuestion, answer: HttpAnswer): DialogueAction {
  const { digest, expect, regex, absent, content } = question;
  const { body } = answer;
  if (digest !== null) {
    const found = createHash("md5").update(body).digest("hex");
    if (found !== digest) return failed("unexpected", `digest ${found}, expected ${digest}`);
  }
  // What is compared with other real servers.
  const fine = (): DialogueAction =>
    content === null
      ? passed
      : { kind: "passed", content: createHash("sha256").update(body).digest("hex") };
  if (expect === null) return fine();
  const wanted = sought(expect, regex);
  if (absent && answer.coding !== null && body.length > 0)
    return failed("unexpected", unseen(wanted, answer.coding));
  const next = (matched: boolean): DialogueAction => {
    if (matched !== absent) return fine();
    return failed("unexpected", absent ? unwanted(wanted) : missing(wanted, answer));
  };
  return { kind: "match", wanted, bytes: body, next };
}

const match = "a match of the pattern";

const unwanted = ({ kind }: Sought): string =>
  `${kind === "text" ? "the text" : match} that must be absent is in the answer`;

const compressed = (coding: string): string => `it is compressed (Content-Encoding: ${coding})`;

const unseen = ({ kind }: Sought, coding: string): string =>
  `whether ${kind === "text" ? "the text" : match} is absent cannot be seen: ${compressed(coding)}`;

function missing({ kind }: Sought, { body, coding }: HttpAnswer): string {
  const what = kind === "text" ? "the expected text" : match;
  const within =
    kind === "pattern" && body.length > matchedBytesMax
      ? ` in its first ${matchedBytesMax} bytes`
      : "";
  const coded = coding === null ? "" : `; ${compressed(coding)}`;
  return `${body.length} bytes of answer without ${what}${within}${coded}`;
}
