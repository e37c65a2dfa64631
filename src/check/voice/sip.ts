/** `sip`: a server of telephony answers OPTIONS (RFC 3261, section 11). */
import { isIPv6 } from "node:net";
import { optional, preset } from "../../keys/section.ts";
import { choice, text } from "../../keys/shape.ts";
import { settleTls, targetKeys, tlsKeys } from "../check-keys.ts";
import type { Dialogue } from "../dialogue.ts";
import { type StatusRange, statusKey } from "../status-ranges.ts";
import { type Beginning, checkType } from "../type.ts";
import { statusDialogue } from "./status-answer.ts";

/** What is asked, and which answer will do. */
export interface SipOptions {
  readonly user: string;
  readonly protocol: "udp" | "tcp" | "tls";
  readonly status: readonly StatusRange[];
}

/** With `rport` (RFC 3581) the answer comes back to where the request came from. */
export function sipDialogue(
  { user, protocol, status }: SipOptions,
  { aim, random }: Pick<Beginning, "aim" | "random">,
): Dialogue {
  const once = Buffer.from(random).toString("hex");
  const branch = `z9hG4bK${once.slice(0, 24)}`;
  const host = isIPv6(aim.address) ? `[${aim.address}]` : aim.address;
  const uri = `sip:${host}:${aim.port}${protocol === "udp" ? "" : `;transport=${protocol}`}`;
  const own = `sip:${user}@lvsd.invalid`;
  const lines = [
    `OPTIONS ${uri} SIP/2.0`,
    `Via: SIP/2.0/${protocol.toUpperCase()} lvsd.invalid;branch=${branch};rport`,
    "Max-Forwards: 70",
    `From: <${own}>;tag=${once.slice(24, 40)}`,
    `To: <sip:${host}>`,
    `Call-ID: ${once.slice(40)}@lvsd.invalid`,
    "CSeq: 1 OPTIONS",
    `Contact: <${own}>`,
    "Accept: application/sdp",
    "User-Agent: lvsd",
    "Content-Length: 0",
  ];
  const isUdp = protocol === "udp";
  const request = {
    version: "SIP/2.0",
    method: "OPTIONS",
    lines,
    status,
    branch: isUdp ? branch : null,
  };
  return statusDialogue(request, isUdp);
}

export const sip = checkType({
  name: "sip",
  does: "sends OPTIONS over UDP, TCP or TLS",
  passes: "the final status is one of `status`",
  help: [
    "- Over UDP other messages are passed over: requests, and answers to another request (branch).",
    "- The request is sent once a try. It asks for the answer at the place that it came from (`rport`).",
    "- Servers that do not serve OPTIONS still answer, with 404, 405 or 501: list that in `status`.",
  ],
  keys: {
    ...targetKeys,
    protocol: optional(
      choice("protocol", ["udp", "tcp", "tls"]),
      "the virtual server's",
      "Whether to speak over UDP, TCP or TLS.",
    ),
    user: preset(
      text({
        what: "a user name",
        max: 64,
        pattern: /^[A-Za-z0-9_.!~*'()&=+$,;?/%-]+$/,
        hint: "give the part before the @; write other letters as %20",
      }),
      "lvsd",
      "The name that asks (From, Contact).",
    ),
    status: statusKey("Status codes that pass: `200`, `200-299`, or a list of such.", 6),
    ...tlsKeys,
  },
  reasons: {
    unexpected: "what the server answers stands in the text; if that is well, add it to `status`",
    timeout: "does the server answer OPTIONS from this address, and does it know `rport`",
  },
  example: "{ type: sip, protocol: udp, port: 5060, status: [200, 404] }",
  settle(values, context) {
    const { address, port, user, status } = values;
    const protocol = values.protocol ?? context.protocol;
    const isTls = protocol === "tls";
    const tls = settleTls(isTls ? (values.tls ?? true) : values.tls, context);
    if (tls === undefined || protocol === undefined) return undefined;
    if (isTls !== (tls !== null)) {
      const [message, hint] = isTls
        ? ["protocol: tls without TLS", "use protocol: tcp"]
        : ["TLS is not spoken here", "use protocol: tls"];
      context.complain("tls", message, hint);
      return undefined;
    }
    return { address, port, protocol, user, status, tls };
  },
  runs: {
    by: "dialogue",
    transport: ({ protocol, tls }) => ({
      protocol: protocol === "udp" ? "udp" : "tcp",
      tls: tls && { options: tls, upgrade: false, alpn: null },
    }),
    begin: (check, beginning) => sipDialogue(check, beginning),
  },
});
