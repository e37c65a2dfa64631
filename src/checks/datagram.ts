/**
 * Tries over UDP. The socket is connected, so that the kernel hands an ICMP "port unreachable" to
 * us as an error and drops datagrams of anybody else (udp(7)).
 */
import { createSocket } from "node:dgram";
import type { Turn } from "../check/dialogue.ts";
import { sendExpect } from "../check/send-expect.ts";
import type { SendExpectCheck } from "../config/config.ts";
import { family } from "../model/address.ts";
import type { Endpoint } from "./target.ts";
import { type Deadline, failed, failedBy, late, passed, type Verdict } from "./verdict.ts";

/**
 * Without an expectation silence passes: so long, in ms, a refusal by ICMP may take to come. Never
 * more than half of the timeout.
 */
const silenceMax = 500;

/** Says the check's bytes in one datagram (an empty one without `send`) and judges the answers. */
export function trySendExpect(
  check: SendExpectCheck,
  target: Endpoint,
  deadline: Deadline,
): Promise<Verdict> {
  return new Promise((resolve) => {
    if (deadline.signal.aborted) return resolve(late("answer", deadline));
    const dialogue = sendExpect({ send: check.send ?? new Uint8Array(), expect: check.expect });
    const socket = createSocket(family(target.address) === 6 ? "udp6" : "udp4");
    let quiet: NodeJS.Timeout | null = null;
    let over = false;
    const finish = (verdict: Verdict): void => {
      if (over) return;
      over = true;
      if (quiet !== null) clearTimeout(quiet);
      deadline.signal.removeEventListener("abort", expire);
      socket.close();
      resolve(verdict);
    };
    const expire = (): void => finish(late("answer", deadline));
    const take = (turn: Turn): void => {
      if (turn.kind === "passed") finish(passed);
      else if (turn.kind === "failed") finish(failed(turn.reason, turn.why));
      else if (turn.kind === "say") say(turn.bytes, turn.answered);
    };
    const say = (bytes: Uint8Array, answered: boolean): void => {
      if (over) return;
      socket.send(bytes, (error) => {
        if (error !== null) finish(failedBy(error, "unreachable"));
      });
      if (!answered)
        quiet = setTimeout(() => finish(passed), Math.min(silenceMax, deadline.timeout / 2));
    };
    deadline.signal.addEventListener("abort", expire, { once: true });
    socket.on("error", (error) => finish(failedBy(error, "unreachable")));
    socket.on("message", (bytes) => over || take(dialogue.hear(bytes)));
    // @types/node leaves out what connect(2) has to say, such as ENETUNREACH without a route.
    const connected = (error?: Error): void => {
      if (error) finish(failedBy(error, "unreachable"));
      else if (!over) take(dialogue.open());
    };
    socket.connect(target.port, target.address, connected);
  });
}
