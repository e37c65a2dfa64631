/**
 * What is believed of a peer by the words of pulse: that it lives, and whether it is active. The
 * counterpart of peer.ts, where a peer proves who it is; here its address has to do.
 */
import type { Ms } from "../model/time.ts";
import { addMs, type Instant } from "../model/time.ts";
import type { Peer } from "./peer.ts";
import type { PulseState, PulseWord } from "./pulse.ts";

export interface PulsePeer {
  /** Arrival of the newest word, on whatever path; null: none. */
  readonly heardAt: Instant | null;
  /** The newest word that says whether it is active, and its arrival; null: none. */
  readonly state: PulseState | null;
  readonly stateAt: Instant | null;
  /** It said `stop-me` after that: it takes over. */
  readonly takesOver: boolean;
  /** Arrival of the newest word that came without a heartbeat of lvsd's own; null: none. */
  readonly loneAt: Instant | null;
  /** Since when every word has come with one, so that the pair is about to do without words. */
  readonly capableSince: Instant | null;
}

export const unheardPulse: PulsePeer = {
  heardAt: null,
  state: null,
  stateAt: null,
  takesOver: false,
  loneAt: null,
  capableSince: null,
};

/** Takes in a word. `lone`: nothing behind it shows that its sender speaks lvsd's own protocol. */
export function hearWord(
  before: PulsePeer,
  word: PulseWord,
  lone: boolean,
  now: Instant,
): PulsePeer {
  const heard: PulsePeer = {
    ...before,
    heardAt: now,
    loneAt: lone ? now : before.loneAt,
    capableSince: lone ? null : (before.capableSince ?? now),
  };
  if (word === "hold") return heard;
  if (word === "stop-me") return { ...heard, state: "running", stateAt: now, takesOver: true };
  return { ...heard, state: word, stateAt: now, takesOver: false };
}

/** Whether a word without lvsd's own heartbeat was heard within this time. */
export const isLone = ({ loneAt }: PulsePeer, timeout: Ms, now: Instant): boolean =>
  loneAt !== null && now < addMs(loneAt, timeout);

/** The path on which a word came is alive. */
export function hearOnPath(peer: Peer, path: number, now: Instant): Peer {
  const paths = peer.paths.map((belief, number) =>
    number === path ? { ...belief, heardAt: now, alive: true } : belief,
  );
  return { ...peer, paths };
}
