/** `ntp`: the time server answers and is synchronised (RFC 5905, section 7.3). */
import { preset } from "../../keys/section.ts";
import { whole } from "../../keys/shape.ts";
import { targetKeys } from "../check-keys.ts";
import { type Dialogue, type DialogueAction, failed, more, passed } from "../dialogue.ts";
import { excerpt } from "../excerpt.ts";
import { checkType } from "../type.ts";

/** The header of a packet, without extensions and authentication. */
const headerBytes = 48;
const originAt = 24;
const transmitAt = 40;
/** Version 4, mode 3: a client. */
const clientMode = (4 << 3) | 3;
const serverMode = 4;
/** A leap indicator of 3: the clock is not synchronised. */
const unsynchronised = 3;
/** Datagrams that are not the answer. */
const strangersMax = 16;

/** `nonce`: eight bytes that stand for the transmit timestamp; the answer repeats them. */
export function ntpDialogue(stratumMax: number, nonce: Uint8Array): Dialogue {
  const request = Buffer.alloc(headerBytes);
  request[0] = clientMode;
  request.set(nonce.subarray(0, 8), transmitAt);
  let strangers = 0;
  return {
    open: () => ({ kind: "say", bytes: request, answered: true }),
    hear(bytes) {
      const origin = bytes.subarray(originAt, originAt + 8);
      if (bytes.length >= headerBytes && request.subarray(transmitAt).equals(origin))
        return judge(bytes, stratumMax);
      strangers += 1;
      if (strangers < strangersMax) return more;
      return failed(
        "unreadable",
        `${strangers} datagrams, none of them the answer: ${excerpt(bytes)}`,
      );
    },
    closed: () => failed("closed", "no answer came"),
  };
}

function judge(bytes: Uint8Array, stratumMax: number): DialogueAction {
  const [first = 0, stratum = 0] = bytes;
  if ((first & 7) !== serverMode)
    return failed("unexpected", `the answer's mode is ${first & 7}, expected 4 (server)`);
  // RFC 5905, section 7.4: with stratum 0 four letters say why the server refuses.
  const kiss = Buffer.from(bytes.subarray(12, 16)).toString("latin1");
  if (stratum === 0 && /^[A-Z]{3}/.test(kiss))
    return failed(
      "unexpected",
      `the server refuses to serve (kiss of death ${excerpt(bytes.subarray(12, 16))})`,
    );
  if (first >> 6 === unsynchronised || stratum === 0 || stratum > 15)
    return failed("unexpected", "the server's clock is not synchronised");
  if (stratum > stratumMax)
    return failed("unexpected", `stratum ${stratum}, expected at most ${stratumMax}`);
  return passed;
}

export const ntp = checkType({
  name: "ntp",
  does: "asks for the time over UDP, as a client of version 4",
  passes: "the answer is of a synchronised server, whose stratum is at most `stratum`",
  help: ["- The time itself is not compared with this router's."],
  keys: {
    ...targetKeys,
    stratum: preset(whole(1, 15), 15, "The highest stratum that passes; 1 is a reference clock's."),
  },
  reasons: {
    timeout: "does the server serve this router's address (`allow`, `restrict`); packet filters",
    unexpected:
      "the server's own sources (`chronyc sources`, `ntpq -p`); RATE asks for a longer `interval`",
  },
  example: "{ type: ntp, port: 123, stratum: 4, interval: 10s }",
  exampleProtocol: "udp",
  settle: ({ address, port, stratum }) => ({ address, port, stratum }),
  runs: {
    by: "dialogue",
    transport: () => ({ protocol: "udp", tls: null }),
    begin: ({ stratum }, { random }) => ntpDialogue(stratum, random),
  },
});
