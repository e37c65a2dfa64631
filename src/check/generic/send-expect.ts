/** `send_expect`: says bytes, and compares the answer. */
import { escapesHint, readEscapes } from "../../keys/escapes.ts";
import type { ValuesOf } from "../../keys/named-values.ts";
import { type Draft, optional, section } from "../../keys/section.ts";
import { choice, list, text } from "../../keys/shape.ts";
import {
  judgeExpect,
  regexKey,
  sayCharactersMax,
  settleTls,
  type TlsOptions,
  targetKeys,
  tlsKeys,
} from "../check-keys.ts";
import { dialogueOf, type SendExpect, sendExpect } from "../send-expect.ts";
import { checkType, type SettleContext } from "../type.ts";

/** More steps are no health check. */
const stepsMax = 32;

/** One step of a dialogue; each key as in a check of one step. */
const stepKeys = {
  send: optional(
    text({ what: "text", max: sayCharactersMax }),
    "nothing",
    "The text that is sent.",
  ),
  expect: optional(
    text({ what: "text", max: sayCharactersMax }),
    "anything",
    "What the answer must begin with.",
  ),
  regex: regexKey,
};

/** `send` of a UDP check that says nothing is an empty datagram. */
const emptyDatagram = new Uint8Array();

export const sendExpectType = checkType({
  name: "send_expect",
  does: "connects, sends `send`, reads the answer",
  passes: "the answer fits `expect`",
  help: [
    "- `expect` is what the answer must *begin* with, byte for byte. With `regex: true` it is a pattern",
    "  that must match somewhere in what has come so far: at most 8 KiB in at most 256 pieces. There a",
    "  `.` is one byte and `\\xff` the byte FF; a letter outside ASCII stands for its bytes in UTF-8.",
    "- Over TCP without `expect` the try passes once `send` has been sent.",
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
    dialogue: optional(
      list(section(stepKeys), { what: "a list of steps", max: stepsMax }),
      "one step: `send` and `expect`",
      "Several steps in their order, in place of `send` and `expect`: `[{ expect: '220 ' }, { send: 'EHLO lvsd\\r\\n', expect: '250' }]`. A first step without `send` waits for a greeting. Over TCP only.",
    ),
    ...tlsKeys,
  },
  reasons: {},
  example: "{ type: send_expect, send: 'PING\\r\\n', expect: '+PONG' }",
  settle(values, context) {
    const { address, port, expect, regex } = values;
    const protocol = values.protocol ?? context.protocol;
    const fits = judgeExpect({ expect, regex }, context);
    const tls = tlsOver(protocol, settleTls(values.tls, context), context);
    const steps = settleSteps(values.dialogue, values, protocol, context);
    const says = settleSays(values, context);
    if (protocol === undefined || tls === undefined || says === undefined || !fits)
      return undefined;
    if (steps === undefined) return undefined;
    if (steps.length > 0) return { address, port, protocol, send: null, expect: null, steps, tls };
    if (protocol === "udp" && says.send === null && says.expect === null) {
      const message = "over UDP a check that says and awaits nothing always passes";
      context.complain(null, message, "give `send` and `expect`, or use type: none");
      return undefined;
    }
    return { address, port, protocol, ...says, steps, tls };
  },
  runs: {
    by: "dialogue",
    transport: ({ protocol, tls }) => ({
      protocol,
      tls: tls === null ? null : { options: tls, upgrade: false, alpn: null },
    }),
    begin: ({ protocol, send, expect, steps }) =>
      steps.length > 0
        ? dialogueOf(steps)
        : sendExpect({ send: protocol === "udp" ? (send ?? emptyDatagram) : send, expect }),
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

type Step = ValuesOf<typeof stepKeys>;

/** The steps of a dialogue; none where there is no `dialogue`; undefined, with complaints. */
function settleSteps(
  dialogue: readonly Draft<typeof stepKeys>[] | null,
  written: Step,
  protocol: "tcp" | "udp" | undefined,
  context: SettleContext,
): readonly SendExpect[] | undefined {
  if (dialogue === null) return [];
  const complain = (message: string, hint: string): undefined => {
    context.complain("dialogue", message, hint);
    return undefined;
  };
  if (written.send !== null || written.expect !== null)
    return complain("takes the place of `send` and `expect`", "put them into its first step");
  if (protocol === "udp") return complain("steps need TCP", "use `send` and `expect`");
  const steps = dialogue.map(({ given }) => ({
    send: given.send ?? null,
    expect: given.expect ?? null,
    regex: given.regex ?? false,
  }));
  if (!steps.some(({ expect }) => expect !== null))
    return complain("awaits nothing, so that every server passes", "give a step an `expect`");
  const read = steps.map((step) =>
    judgeExpect(step, inStep(context)) ? settleSays(step, inStep(context)) : undefined,
  );
  const sound = read.filter((step) => step !== undefined);
  return sound.length === read.length ? sound : undefined;
}

/** Complaints about a step stand at `dialogue`. */
const inStep = (context: SettleContext): SettleContext => ({
  ...context,
  complain: (key, message, hint) =>
    context.complain("dialogue", key === null ? message : `${key}: ${message}`, hint),
});

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
