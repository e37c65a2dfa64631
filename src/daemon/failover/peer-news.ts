/** Since when the other router is what it is, as this one saw it, and what was seen. */
import { peerState } from "../../failover/peer-status.ts";
import type { Router } from "../../failover/router.ts";
import type { Instant } from "../../model/time.ts";

interface Seen {
  readonly alive: boolean;
  readonly state: string | null;
}

export class PeerNews {
  #seen: Seen = { alive: false, state: null };
  #since: Instant;
  #cause = "it was not heard yet";

  constructor(now: Instant) {
    this.#since = now;
  }

  get since(): Instant {
    return this.#since;
  }

  get cause(): string {
    return this.#cause;
  }

  /** After each step of the machine. */
  stepped(router: Router, now: Instant): void {
    const before = this.#seen;
    const alive = router.peerAlive;
    const state = peerState(router);
    if (alive === before.alive && (state === before.state || !alive)) return;
    this.#seen = { alive, state };
    this.#since = now;
    this.#cause = news(before, this.#seen);
  }
}

function news(before: Seen, { alive, state }: Seen): string {
  if (!alive) return "nothing is heard of it on any path";
  const says = state === null ? "" : ` and says that it is ${state}`;
  if (!before.alive) return `it is heard${says}`;
  return state === null
    ? "it does not say what it is"
    : `it says that it is ${state}${before.state === null ? "" : `, after ${before.state}`}`;
}
