/** Requests that are answered in HTTP's way, by a status line: SIP (RFC 3261) and RTSP (RFC 2326). */
import type { Dialogue } from "../dialogue.ts";
import { hear, lineDialogue, say, type Talk, unexpected, wrong } from "../line-protocol.ts";
import { fits, printRanges, type StatusRange } from "../status-ranges.ts";

/** One request and the status that ends it. */
export interface StatusRequest {
  /** `SIP/2.0`: with it the status line begins. */
  readonly version: string;
  /** The request's method, for reasons. */
  readonly method: string;
  /** Its lines, without the empty one at the end. */
  readonly lines: readonly string[];
  readonly status: readonly StatusRange[];
  /**
   * What the answer's first Via names its request by (RFC 3261, section 17.1.3), where messages of
   * others may come in between; null: none do.
   */
  readonly branch: string | null;
}

/** Interim answers before the one that counts. */
const interimMax = 16;

/** Says the request; the status line decides, whatever follows it. */
export const statusDialogue = (request: StatusRequest, datagrams: boolean): Dialogue =>
  lineDialogue(statusTalk(request), { datagrams });

function* statusTalk(request: StatusRequest): Talk<void> {
  const { version, method, lines, status, branch } = request;
  yield* say([...lines, ""].join("\r\n"));
  for (let interim = 0; interim <= interimMax; interim++) {
    let line = yield* hear(method);
    // Empty lines before a message are no part of it (RFC 3261, section 7.5).
    while (line === "") line = yield* hear(method);
    const head = branch === null ? "open" : yield* headOf(line, request, branch);
    if (head === "other") continue;
    const [, found, digits] = /^(\S+) (\d{3})(?: |$)/.exec(line) ?? [];
    if (found !== version || digits === undefined)
      return yield* unexpected(`${version} and a status`, method, line);
    const code = Number(digits);
    if (fits(status, code)) return;
    if (code >= 200) yield* unexpected(`status ${printRanges(status)}`, method, line);
    if (head === "open") yield* rest(method);
  }
  yield* wrong(`an end expected after ${interimMax} interim answers`, "one more");
}

/** Reads to the end of the message's head. */
function* rest(method: string): Talk<void> {
  while ((yield* hear(method)) !== "");
}

/**
 * Whether a message that begins with this line answers the request: `other` does not, and has been
 * read. What is no message at all is for the caller to judge, and so is an answer without a branch.
 */
function* headOf(
  line: string,
  { version, method }: StatusRequest,
  branch: string,
): Talk<"open" | "read" | "other"> {
  const isRequest = line.endsWith(` ${version}`);
  if (!isRequest && !line.startsWith(`${version} `)) return "open";
  for (;;) {
    const field = yield* hear(method);
    if (field === "") return isRequest ? "other" : "read";
    const [, via] = /^(?:via|v)[ \t]*:(.*)$/i.exec(field) ?? [];
    if (via === undefined || isRequest) continue;
    const [, found] = /;[ \t]*branch[ \t]*=[ \t]*([^;, \t]+)/i.exec(via) ?? [];
    if (found === undefined || found === branch) return "open";
    yield* rest(method);
    return "other";
  }
}
