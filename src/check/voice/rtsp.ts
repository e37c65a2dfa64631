/** `rtsp`: a server of media streams answers OPTIONS (RFC 2326, section 10.1). */
import { isIPv6 } from "node:net";
import { optional } from "../../keys/section.ts";
import { text } from "../../keys/shape.ts";
import { sayCharactersMax, targetKeys } from "../check-keys.ts";
import type { Dialogue } from "../dialogue.ts";
import { type StatusRange, statusKey } from "../status-ranges.ts";
import { type Aim, checkType } from "../type.ts";
import { statusDialogue } from "./status-answer.ts";

/** `path`: null asks about the server as a whole. */
export function rtspDialogue(
  { path, status }: { readonly path: string | null; readonly status: readonly StatusRange[] },
  { address, port }: Aim,
): Dialogue {
  const host = isIPv6(address) ? `[${address}]` : address;
  const uri = path === null ? "*" : `rtsp://${host}:${port}${path}`;
  const lines = [`OPTIONS ${uri} RTSP/1.0`, "CSeq: 1", "User-Agent: lvsd"];
  return statusDialogue(
    { version: "RTSP/1.0", method: "OPTIONS", lines, status, branch: null },
    false,
  );
}

export const rtsp = checkType({
  name: "rtsp",
  does: "connects and sends OPTIONS",
  passes: "the status is one of `status`",
  help: [],
  keys: {
    ...targetKeys,
    path: optional(
      text({
        what: "a path of a URL",
        max: sayCharactersMax,
        pattern: /^\/[\x21-\x7E]*$/,
        hint: "begin with /; write blanks and other letters as %20",
      }),
      "the server as a whole (`*`)",
      "The stream that is asked about.",
    ),
    status: statusKey("Status codes that pass: `200`, `200-299`, or a list of such."),
  },
  reasons: {
    unexpected: "what the server answers stands in the text: another status, or another protocol",
  },
  example: "{ type: rtsp, port: 554, path: /camera1 }",
  settle: ({ address, port, path, status }) => ({ address, port, path, status }),
  runs: {
    by: "dialogue",
    transport: () => ({ protocol: "tcp", tls: null }),
    begin: (check, { aim }) => rtspDialogue(check, aim),
  },
});
