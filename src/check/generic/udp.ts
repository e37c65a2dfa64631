/** `udp`: a datagram, and an answer or at least no refusal. */
import { escapesHint, readEscapes } from "../../keys/escapes.ts";
import { derived, optional } from "../../keys/section.ts";
import { flag, text } from "../../keys/shape.ts";
import { judgeExpect, regexKey, sayCharactersMax, targetKeys } from "../check-keys.ts";
import { type Dialogue, failed, passed } from "../dialogue.ts";
import { type SendExpect, sendExpect } from "../send-expect.ts";
import { checkType } from "../type.ts";

/** Says something, and takes any datagram for an answer. */
const anyReply = (bytes: Uint8Array): Dialogue => ({
  open: () => ({ kind: "say", bytes, answered: true }),
  hear: () => passed,
  closed: () => failed("closed", "no datagram came back"),
});

export const udp = checkType({
  name: "udp",
  does: "sends one datagram",
  passes: "a datagram comes back that fits `expect`; without `reply` silence passes too",
  help: [
    "- With `reply: false` only a refusal fails: an ICMP error such as port unreachable, within half a",
    "  second or half of the timeout, whichever is less; and an address which no machine answers for,",
    "  in ARP or neighbour discovery. A packet filter that drops hides a refusal.",
    "- `expect` is what the answer must *begin* with, byte for byte; with `regex: true` a pattern that",
    "  must match somewhere in it (at most 8 KiB), where `.` is one byte.",
  ],
  keys: {
    ...targetKeys,
    send: optional(
      text({ what: "text", max: sayCharactersMax }),
      "an empty datagram",
      "What the datagram holds; `\\r \\n \\t \\0 \\\\ \\\" \\' \\xHH` stand for their bytes. In double quotes YAML reads the backslashes first: use single quotes.",
    ),
    expect: optional(
      text({ what: "text", max: sayCharactersMax }),
      "anything",
      "What the answer must begin with, escapes as in `send`.",
    ),
    regex: regexKey,
    reply: derived(
      flag,
      "`true` with `expect`, else `false`",
      ({ expect }: { expect?: string | null }) =>
        expect === undefined ? undefined : expect !== null,
      "Whether there must be an answer.",
    ),
  },
  reasons: {
    unreachable:
      "does the service run on this port (ICMP says that it does not); is the machine on",
    timeout: "does the service answer this datagram; a packet filter that drops it",
  },
  example: "{ type: udp, port: 27015, send: '\\xff\\xff\\xff\\xffstatus', reply: true }",
  exampleProtocol: "udp",
  settle(values, context) {
    const { address, port, reply, expect: wanted, regex } = values;
    const fits = judgeExpect({ expect: wanted, regex }, context);
    if (!reply && wanted !== null)
      context.complain("reply", "`expect` needs an answer", "remove `reply`, or `expect`");
    const bytes = (key: string, written: string): Uint8Array | undefined => {
      const read = readEscapes(written);
      if (typeof read !== "string") return read;
      context.complain(key, read, escapesHint);
      return undefined;
    };
    const send = bytes("send", values.send ?? "");
    const plain = wanted === null || regex ? null : bytes("expect", wanted);
    if (send === undefined || plain === undefined || !fits) return undefined;
    if (!reply && wanted !== null) return undefined;
    const expect: SendExpect["expect"] =
      plain !== null
        ? { kind: "bytes", bytes: plain }
        : wanted === null
          ? null
          : { kind: "regex", pattern: wanted };
    return { address, port, send, expect, reply };
  },
  runs: {
    by: "dialogue",
    transport: () => ({ protocol: "udp", tls: null }),
    begin: ({ send, expect, reply }) =>
      expect === null && reply ? anyReply(send) : sendExpect({ send, expect }),
  },
});
