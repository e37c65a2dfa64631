/**
 * What the clients of one kind hold at once. Root has a quota of its own, so that whoever else may
 * use the control socket cannot keep root from it, with whatever number of connections.
 */

/** The bounds of one quota. */
export interface QuotaLimits {
  /** Open connections: the followers, and room for the short requests of scripts. */
  readonly connectionsMax: number;
  /** Requests that the daemon works on at once. */
  readonly requestsMax: number;
  /** Bytes of requests and of answers that no client has read yet, all together. */
  readonly bytesMax: number;
  readonly followersMax: number;
}

type Counted = "connections" | "requests" | "followers" | "bytes";

export class Quota {
  readonly #limits: Readonly<Record<Counted, number>>;
  readonly #held: Record<Counted, number> = { connections: 0, requests: 0, followers: 0, bytes: 0 };

  constructor({ connectionsMax, requestsMax, bytesMax, followersMax }: QuotaLimits) {
    this.#limits = {
      connections: connectionsMax,
      requests: requestsMax,
      followers: followersMax,
      bytes: bytesMax,
    };
  }

  held(what: Counted): number {
    return this.#held[what];
  }

  /** False, and nothing is taken, where it would be more than the bound. */
  take(what: Counted, count = 1): boolean {
    // What is alone has its place however large it is: a status may be larger than any bound.
    const isAlone = what === "bytes" && this.#held.bytes === 0;
    if (!isAlone && this.#held[what] + count > this.#limits[what]) return false;
    this.#held[what] += count;
    return true;
  }

  give(what: Counted, count = 1): void {
    this.#held[what] -= count;
  }
}
