/**
 * The real servers as one of the two machines sees them, and what its daemon makes of that: tries
 * of its own, whether it is its turn or the peer asks, and the judgement of health/reach.ts.
 */
import { heardMessage, holding } from "../../src/failover/router.ts";
import { failbackDue } from "../../src/failover/steps/failback.ts";
import {
  judgeReach,
  type ReachState,
  reachable,
  triesReach,
  untriedReach,
} from "../../src/health/reach.ts";
import { otherRole, type Reach } from "../../src/model/router.ts";
import type { Instant } from "../../src/model/time.ts";
import type { Station } from "./station.ts";
import type { World } from "./world.ts";

/** Every try begins so long after the one before, and ends at once. */
const tryEvery = 100;
const missesMin = 2;
/** So long after a change of the other machine's network a judgement may be of the time before. */
const newsAge = 1500;

export class Reaching {
  readonly #station: Station;
  readonly #world: World;
  #reaches = true;
  /** When this machine last got to the real servers, or lost them. */
  changedAt = Number.NEGATIVE_INFINITY;
  #boot: string | null = null;
  #state: ReachState = reachable;
  #misses: number | null = null;
  #triedAt = 0 as Instant;
  #isTicking = false;

  constructor(station: Station, world: World) {
    this.#station = station;
    this.#world = world;
  }

  get reaches(): boolean {
    return this.#reaches;
  }

  /** What the daemon says in its beats. */
  get word(): Reach {
    if (this.#station.daemon?.boot !== this.#boot || this.#misses === null) return "unknown";
    if (this.#misses === 0) return "some";
    return this.#misses < missesMin ? "unknown" : "none";
  }

  /** From now on this machine gets to the real servers, or to none of them. */
  set(reaches: boolean): void {
    this.#world.note(this.#station.role, () => `reaches ${reaches ? "the" : "no"} real servers`);
    this.#reaches = reaches;
    this.changedAt = this.#world.now;
    this.#world.disturbed();
    for (const station of Object.values(this.#world.stations)) station.reaching.tick();
  }

  /** Runs from the first loss on: nothing comes of tries that all succeed. */
  tick(): void {
    if (this.#isTicking) return;
    this.#isTicking = true;
    const again = (): void => {
      this.#try();
      this.#world.agenda.add(this.#world.now + tryEvery, again);
    };
    again();
  }

  #try(): void {
    const { daemon } = this.#station;
    if (daemon === null || daemon.paused !== null) return;
    if (daemon.boot !== this.#boot) {
      this.#boot = daemon.boot;
      this.#state = reachable;
      this.#misses = null;
      this.#station.faults.delete("reach");
      this.#station.missing.delete("reach");
    }
    const { router } = daemon;
    const message = heardMessage(router);
    const peerActive = message?.state === "active";
    const relies = router.state !== "active" && peerActive;
    const activePeer = peerActive ? message.reach : "unknown";
    const now = this.#station.local();
    const failback = relies ? failbackDue(router) : null;
    if (relies && !triesReach(this.#state, activePeer, failback, now)) this.#misses = null;
    else {
      this.#misses = this.#reaches ? 0 : Math.min(missesMin, (this.#misses ?? 0) + 1);
      this.#triedAt = now;
    }
    const before = this.#state.cutOff;
    this.#state = judgeReach(
      this.#state,
      {
        own: this.word,
        goOut: true,
        peer: message?.reach ?? "unknown",
        holds: holding(router),
        failedSince: (since) => this.#triedAt > since && this.word === "none",
      },
      now,
    );
    if (this.#state.cutOff !== before) {
      if (this.#state.cutOff) this.#judge();
      this.#station.setFault("reach", this.#state.cutOff);
    }
    const untried = untriedReach({ own: this.word, activePeer, failback }, now);
    this.#waitFor(relies && untried !== null);
  }

  #waitFor(isMissing: boolean): void {
    if (isMissing !== this.#station.missing.has("reach"))
      this.#station.setMissing("reach", isMissing);
  }

  /** 5: nobody is unfit for what the other one meets as well. */
  #judge(): void {
    const { checkers, now, stations } = this.#world;
    const { role } = this.#station;
    const { reaching } = stations[otherRole(role)];
    const longAgo = now - reaching.changedAt > newsAge + checkers.longestTimeout();
    if (!reaching.reaches && longAgo)
      checkers.fail(`5: ${role} counts as cut off from what the peer does not reach either`);
  }
}
