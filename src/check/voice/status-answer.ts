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
}

/** Interim answers before the one that counts. */
const interimMax = 16;

/** Says the request; the status line decides, whatever follows it. */
export const statusDialogue = (request: StatusRequest, datagrams: boolean): Dialogue =>
  lineDialogue(statusTalk(request), { datagrams });

function* statusTalk({ version, method, lines, status }: StatusRequest): Talk<void> {
  yield* say([...lines, ""].join("\r\n"));
  for (let interim = 0; interim <= interimMax; interim++) {
    let line = yield* hear(method);
    // Empty lines before a message are no part of it (RFC 3261, section 7.5).
    while (line === "") line = yield* hear(method);
    const [, found, digits] = /^(\S+) (\d{3})(?: |$)/.exec(line) ?? [];
    if (found !== version || digits === undefined)
      return yield* unexpected(`${version} and a status`, method, line);
    const code = Number(digits);
    if (fits(status, code)) return;
    if (code >= 200) yield* unexpected(`status ${printRanges(status)}`, method, line);
    while ((yield* hear(method)) !== "");
  }
  yield* wrong(`an end expected after ${interimMax} interim answers`, "one more");
}
