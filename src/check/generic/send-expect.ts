/** `send_expect`: says bytes, and compares the answer. */
import { escapesHint, readEscapes } from "../../keys/escapes.ts";
import { optional } from "../../keys/section.ts";
import { choice, text } from "../../keys/shape.ts";
import {
  judgeExpect,
  regexKey,
  sayCharactersMax,
  settleTls,
  type TlsOptions,
  targetKeys,
  tlsKeys,
} from "../check-keys.ts";
import { type SendExpect, sendExpect } from "../send-expect.ts";
import { checkType, type SettleContext } from "../type.ts";

/** `send` of a UDP check that says nothing is an empty datagram. */
const emptyDatagram = new Uint8Array();

export const sendExpectType = checkType({
  name: "send_expect",
  does: "connects, says `send`, listens",
  passes: "the answer fits `expect`",
  help: [
    "- `expect` is what the answer must *begin* with, byte for byte. With `regex: true` it is a pattern",
    "  that must match somewhere in what has come so far: at most 8 KiB in at most 256 pieces. There a",
    "  `.` is one byte and `\\xff` the byte FF; a letter outside ASCII stands for its bytes in UTF-8.",
    "- Over TCP without `expect` the try passes once `send` has been said.",
    "- Over UDP `send` is one datagram (an empty one without `send`), and each datagram that comes back",
    '  is a piece of the answer. "Port unreachable" fails the try at once. Without `expect` silence',
    "  passes, after half a second or half of the timeout, whichever is less.",
  ],
  keys: {
    ...targetKeys,
    protocol: optional(
      choice("protocol", ["tcp", "udp"]),
      "the virtual server's",
      "Whether to speak over TCP or UDP.",
    ),
    send: optional(
      text({ what: "text", max: sayCharactersMax }),
      "nothing",
      "What is said to the real server; `\\r \\n \\t \\0 \\\\ \\\" \\' \\xHH` stand for their bytes. In double quotes YAML reads the backslashes first: use single quotes.",
    ),
    expect: optional(
      text({ what: "text", max: sayCharactersMax }),
      "anything",
      "What the answer must begin with, escapes as in `send`.",
    ),
    regex: regexKey,
    ...tlsKeys,
  },
  reasons: {},
  example: "{ type: send_expect, send: 'PING\\r\\n', expect: '+PONG' }",
  settle(values, context) {
    const { address, port, expect, regex } = values;
    const protocol = values.protocol ?? context.protocol;
    const fits = judgeExpect({ expect, regex }, context);
    const tls = tlsOver(protocol, settleTls(values.tls, context), context);
    const says = settleSays(values, context);
    if (protocol === undefined || tls === undefined || says === undefined || !fits)
      return undefined;
    if (protocol === "udp" && says.send === null && says.expect === null) {
      const message = "over UDP a check that says and awaits nothing always passes";
      context.complain(null, message, "give `send` and `expect`, or use type: none");
      return undefined;
    }
    return { address, port, protocol, ...says, tls };
  },
  runs: {
    by: "dialogue",
    transport: ({ protocol, tls }) => ({
      protocol,
      tls: tls === null ? null : { options: tls, upgrade: false, alpn: null },
    }),
    begin: ({ protocol, send, expect }) =>
      sendExpect({ send: protocol === "udp" ? (send ?? emptyDatagram) : send, expect }),
  },
});

function tlsOver(
  protocol: "tcp" | "udp" | undefined,
  tls: TlsOptions | null | undefined,
  context: SettleContext,
): TlsOptions | null | undefined {
  if (!tls || protocol !== "udp") return tls;
  context.complain("tls", "TLS needs TCP", "remove `tls`, or use protocol: tcp");
  return undefined;
}

/** What is said and awaited, as bytes. */
function settleSays(
  written: {
    readonly send: string | null;
    readonly expect: string | null;
    readonly regex: boolean;
  },
  context: SettleContext,
): SendExpect | undefined {
  const bytes = (key: "send" | "expect", given: string): Uint8Array | undefined => {
    const read = readEscapes(given);
    if (typeof read !== "string") return read;
    context.complain(key, read, escapesHint);
    return undefined;
  };
  const send = written.send === null ? null : bytes("send", written.send);
  if (send === undefined) return undefined;
  if (written.expect === null) return { send, expect: null };
  if (written.regex) return { send, expect: { kind: "regex", pattern: written.expect } };
  const expect = bytes("expect", written.expect);
  return expect === undefined ? undefined : { send, expect: { kind: "bytes", bytes: expect } };
}
