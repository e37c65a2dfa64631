/** Taking in the words of pulse. What silence means is the same in both protocols. */

import type { PulseWord } from "../../heartbeat/pulse.ts";
import { hearOnPath, hearWord } from "../../heartbeat/pulse-peer.ts";
import { between } from "../../model/time.ts";
import { set, type Turn, timeout } from "../router.ts";
import { reportPath } from "../steps/hearing.ts";
import { gateAfterWord } from "../steps/takeover.ts";
import { speakPulse } from "./dialect.ts";

/** A word from the peer's address. `lone`: nothing of lvsd's own protocol came with it. */
export function heardWord(turn: Turn, path: number, word: PulseWord, lone: boolean): void {
  const { router: before, now } = turn;
  if (before.rules.protocol === "lvsd" || before.rules.alone) return;
  set(turn, { pulse: hearWord(before.pulse, word, lone, now) });
  if (before.dialect === "lvsd" && before.peerAlive) {
    const detail = `${word} in pulse, while the peer is heard in lvsd's own protocol`;
    if (lone) turn.effects.push({ kind: "refused", reason: "downgrade", detail });
    return;
  }
  if (before.dialect === "lvsd")
    speakPulse(turn, "the peer is heard in pulse, which nothing authenticates");
  const last = before.peer.paths[path]?.heardAt ?? null;
  reportPath(turn, before, path, last === null ? null : between(last, now));
  if (!before.peerAlive)
    turn.reports.push({ event: "peer", kind: "alive", text: "the peer is heard in pulse" });
  set(turn, {
    peer: hearOnPath(before.peer, path, now),
    peerAlive: true,
    peerLeft: false,
    looking: false,
    begun: true,
    gate: gateAfterWord(before, before.peer.boot, timeout(before), now),
  });
}
