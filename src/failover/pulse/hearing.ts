/** Taking in the words of pulse. What silence means is the same in both protocols. */

import type { PulseWord } from "../../heartbeat/pulse.ts";
import { hearOnPath, hearWord } from "../../heartbeat/pulse-peer.ts";
import { between } from "../../model/time.ts";
import { set, type Transition, timeout } from "../router.ts";
import { reportPath } from "../steps/hearing.ts";
import { gateAfterWord } from "../steps/takeover.ts";
import { speakPulse } from "./dialect.ts";

/** A word from the peer's address. `lone`: nothing of lvsd's own protocol came with it. */
export function heardWord(
  transition: Transition,
  path: number,
  word: PulseWord,
  lone: boolean,
): void {
  const { router: before, now } = transition;
  if (before.rules.protocol === "lvsd" || before.rules.alone) return;
  set(transition, { pulse: hearWord(before.pulse, word, lone, now) });
  if (before.dialect === "lvsd" && before.peerAlive) {
    const detail = `${word} in pulse, while the peer is heard in lvsd's own protocol`;
    if (lone) transition.effects.push({ kind: "refused", reason: "downgrade", detail });
    return;
  }
  if (before.dialect === "lvsd")
    speakPulse(transition, "the peer is heard in pulse, which nothing authenticates");
  const last = before.peer.paths[path]?.heardAt ?? null;
  reportPath(transition, before, path, last === null ? null : between(last, now));
  if (!before.peerAlive)
    transition.reports.push({ event: "peer", kind: "alive", text: "the peer is heard in pulse" });
  set(transition, {
    peer: hearOnPath(before.peer, path, now),
    peerAlive: true,
    peerLeft: false,
    looking: false,
    begun: true,
    gate: gateAfterWord(before, before.peer.boot, timeout(before), now),
  });
}
