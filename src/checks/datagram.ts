/**
 * Tries over UDP. The socket is connected, so that the kernel hands an ICMP "port unreachable" to
 * us as an error and drops datagrams of anybody else (udp(7)).
 */
import { createSocket, type RemoteInfo } from "node:dgram";
import type { Dialogue } from "../check/dialogue.ts";

import { family, type IpAddress, parseAddress } from "../model/address.ts";
import { messageOf } from "../model/error.ts";
import type { Origin } from "../model/origin.ts";
import { neighbourOnTheWay, type OnTheWay } from "../system/net/neighbour.ts";
import { openDatagramFrom } from "../system/net/real-servers/origin-socket.ts";
import { type CheckResult, type Deadline, failed, failedBy, late, passed } from "./check-result.ts";
import { type Carrier, Conversation } from "./conversation.ts";
import { type Endpoint, wayTo } from "./target.ts";

/**
 * Without an expectation silence passes: so long, in ms, a refusal by ICMP may take to come. Never
 * more than half of the timeout.
 */
const silenceMax = 500;

/** How often, in ms, a neighbour is looked for that has not answered yet. */
const lookEvery = 50;
/** The share of the timeout that it has for that; then the try ends with a reason of its own. */
const lookShare = 0.75;

const isFrom = (from: RemoteInfo, { address, port }: Pick<Endpoint, "address" | "port">): boolean =>
  from.port === port && parseAddress(from.address) === address;

/** Runs a dialogue whose turns are datagrams, until it has passed or failed or time is over. */
export function converseByDatagram(
  target: Endpoint,
  dialogue: Dialogue,
  deadline: Deadline,
  onTheWay: (address: IpAddress, origin: Origin | null) => OnTheWay | null = neighbourOnTheWay,
): Promise<CheckResult> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    if (deadline.signal.aborted) return resolve(late("answer", deadline));
    const { address, port, origin } = wayTo(target);
    const socket = createSocket(family(address) === 6 ? "udp6" : "udp4");
    let quiet: NodeJS.Timeout | null = null;
    const carrier: Carrier = {
      say(bytes, answered) {
        deadline.transcript?.sent(bytes);
        socket.send(bytes, (error) => {
          if (error !== null) conversation.end(failedBy(error, "unreachable"));
        });
        if (!answered) quiet = setTimeout(judgeSilence, Math.min(silenceMax, deadline.timeout / 2));
      },
      finish(end) {
        if (quiet !== null) clearTimeout(quiet);
        socket.close();
        resolve(end === "secure" ? failed("local", "there is no TLS over UDP here") : end);
      },
      missing: "answer",
    };
    // Silence is no answer where no machine has taken the datagram.
    const judgeSilence = (): void => {
      const next = onTheWay(target.address, target.origin ?? null);
      const late = performance.now() - startedAt >= deadline.timeout * lookShare;
      if (next === null || next.known === "fine") conversation.end(passed);
      else if (next.known === "asked" && !late) quiet = setTimeout(judgeSilence, lookEvery);
      else conversation.end(failed("unreachable", `no machine answers for ${next.address}`));
    };
    const conversation = new Conversation(dialogue, carrier, deadline);
    socket.on("error", (error) => conversation.end(failedBy(error, "unreachable")));
    socket.on("message", (bytes, from) => {
      // At a port of its own others' late answers may wait from before it was connected.
      if (origin?.port != null && !isFrom(from, { address, port })) return;
      deadline.transcript?.heard(bytes);
      conversation.heard(bytes);
    });
    // @types/node leaves out what connect(2) has to say, such as ENETUNREACH without a route.
    const connected = (error?: Error): void =>
      error ? conversation.end(failedBy(error, "unreachable")) : conversation.open();
    if (origin === null) {
      socket.connect(port, address, connected);
      return;
    }
    try {
      const fd = openDatagramFrom(origin, family(address));
      socket.bind({ fd }, () => socket.connect(port, address, connected));
    } catch (thrown) {
      conversation.end(failed("local", messageOf(thrown)));
    }
  });
}
