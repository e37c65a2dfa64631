/** What operators see of the peer: a picture of the router's belief, changed by nothing. */
import type { Fault, RouterState } from "../model/router.ts";
import { between, type Instant, type Ms } from "../model/time.ts";
import type { Router } from "./router.ts";

export interface PeerPath {
  readonly name: string;
  readonly alive: boolean;
  /** How long ago; null: nothing heard on it since the peer's last start. */
  readonly lastSeen: Ms | null;
  readonly rtt: Ms | null;
  readonly lost: number;
}

export interface PeerPicture {
  /**
   * As last said; null: never heard, or it speaks another version. Pulse says only active or not.
   */
  readonly state: RouterState | null;
  readonly alive: boolean;
  readonly configMatch: boolean | null;
  readonly paths: readonly PeerPath[];
}

/** What the two files disagree about: to be mended, but no reason to hold or to let go. */
export const conflictFaults = ({ conflicts }: Router): readonly Fault[] =>
  conflicts.map(({ about, text }) => ({ kind: "role", subject: about, text }));

const stateByPulse = ({ pulse: { state } }: Router): RouterState | null =>
  state === null ? null : state === "running" ? "active" : "standby";

/** What the peer says that it is; null: it was never heard, or speaks another version. */
export const peerState = (router: Router): RouterState | null =>
  router.dialect === "lvsd" ? (router.peer.message?.state ?? null) : stateByPulse(router);

/** The peer as this router sees it; null for a router without a backup. */
export function peerStatus(router: Router, now: Instant): PeerPicture | null {
  const { rules, peer } = router;
  if (rules.alone) return null;
  return {
    state: peerState(router),
    alive: router.peerAlive,
    configMatch: router.configMatch,
    paths: rules.paths.map((name, number) => {
      const path = peer.paths[number];
      const heardAt = path?.heardAt ?? null;
      return {
        name,
        alive: path?.alive ?? false,
        lastSeen: heardAt === null ? null : between(heardAt, now),
        rtt: path?.rtt ?? null,
        lost: path?.lost ?? 0,
      };
    }),
  };
}
