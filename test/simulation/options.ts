/** What one run is like: settings of both routers, of the network, of kernels and clocks. */

import type { Rules } from "../../src/failover/protocol.ts";
import type { ClusterId } from "../../src/heartbeat/message.ts";
import type { Role } from "../../src/model/router.ts";
import { ms } from "../../src/model/time.ts";
import type { Random } from "./random.ts";

export interface Options {
  readonly rules: Readonly<Record<Role, Rules>>;
  readonly alone: boolean;
  /** Whose file has a wrong address for the peer: it finds the peer only once it has heard it. */
  readonly misaddressed: Readonly<Record<Role, boolean>>;
  /** Datagrams go through encode and decode; null: messages are passed as they are. */
  readonly codec: "hmac" | "none" | null;
  readonly network: {
    readonly delay: number;
    readonly jitter: number;
    readonly loss: number;
    readonly duplication: number;
  };
  /** Local clocks run at these rates. */
  readonly rates: Readonly<Record<Role, number>>;
  /** Duration of a claim, release or keep in ms, up to. */
  readonly effectMs: number;
  /** Which share of the deeds goes wrong by chance until the run is healed, probes included. */
  readonly flakiness: number;
  /** Within how many time-outs a daemon that was started is ready. */
  readonly readyWithin: number;
  /** How a holder announces, as configured. */
  readonly announce: {
    readonly count: number;
    readonly interval: number;
    readonly refresh: number;
  };
  /** How often, on average, a client asks anew who has the VIPs, in ms. */
  readonly askEvery: number;
}

export const cluster = "0011223344556677" as ClusterId;
/** What a file with another address in it makes of that. */
export const otherCluster = "8899aabbccddeeff" as ClusterId;
/** The engine's own deadline for whatever it does to the addresses, and for the fence. */
export const effectDeadline = 2000;
/** How long a probe waits for an arbiter. */
export const probeDeadline = 300;

function rulesOf(role: Role, random: Random, doubt: number, base: Partial<Rules>): Rules {
  const interval = random.pick([10, 50, 50, 100, 100, 250]);
  const deadAfter = interval * random.pick([3, 4, 4, 6]);
  return {
    role,
    protocol: "lvsd",
    alone: false,
    cluster,
    paths: ["public", "private"],
    interval: ms(interval),
    deadAfter: ms(deadAfter),
    warnAfter: ms(2 * interval),
    startDelay: ms(3 * deadAfter),
    failback: random.pick(["auto", "auto", "manual"]),
    failbackDelay: ms(random.pick([0, 3, 10]) * deadAfter),
    arbiter: random.chance(doubt),
    fence: random.chance(doubt) ? { onFailure: random.pick(["stay", "take_over"]) } : null,
    config: { serial: 1, hash: "ab".repeat(16) },
    ...base,
  };
}

const plainly = { primary: {}, backup: {} };

/** How the two files may disagree about who the two routers are. */
const confusions: readonly Readonly<Record<Role, Partial<Rules>>>[] = [
  { primary: {}, backup: { cluster: otherCluster } },
  { primary: {}, backup: { cluster: otherCluster, role: "primary" } },
  { primary: {}, backup: { role: "primary" } },
  { primary: { cluster: otherCluster, role: "backup" }, backup: {} },
];

/** `apart`: a source of its own, so that who is who changes nothing else of a run. */
export function drawOptions(random: Random, apart: Random): Options {
  const alone = random.chance(0.03);
  const paths = ["public", "private", "third"].slice(0, random.pick([1, 1, 1, 2, 2, 3]));
  const flakiness = random.pick([0, 0, 0, 0, 0.2, 0.5]);
  // Where much goes wrong, fences and arbiters are asked most.
  const doubt = flakiness > 0 ? 0.6 : 0.2;
  const primary = rulesOf("primary", random, doubt, { paths, alone });
  // Configurations agree in most runs; some differ, as they do in the middle of a change.
  const differ = random.chance(0.12);
  const backup = differ
    ? rulesOf("backup", random, doubt, { paths, config: { serial: 2, hash: "cd".repeat(16) } })
    : { ...primary, role: "backup" as const };
  const confused = !alone && apart.chance(0.12);
  const { primary: here, backup: there } = confused ? apart.pick(confusions) : plainly;
  const astray = confused ? apart.pick([null, null, "primary", "backup"] as const) : null;
  const slow = random.chance(0.15);
  const interval = Math.min(primary.interval, backup.interval);
  return {
    rules: { primary: { ...primary, ...here }, backup: { ...backup, ...there } },
    alone,
    misaddressed: { primary: astray === "primary", backup: astray === "backup" },
    codec: random.chance(0.03) ? random.pick(["hmac", "none"] as const) : null,
    network: {
      delay: slow ? random.between(0, interval * 0.8) : random.between(0.05, 0.5),
      jitter: random.chance(0.3) ? random.between(0, interval * 1.2) : 0.2,
      loss: random.pick([0, 0, 0, 0.01, 0.1, 0.3]),
      duplication: random.pick([0, 0, 0.05, 0.3]),
    },
    rates: { primary: random.between(0.995, 1.005), backup: random.between(0.995, 1.005) },
    effectMs: random.pick([2, 5, 20, 20, 200, 200]),
    flakiness,
    readyWithin: random.pick([0.5, 0.5, 0.5, 4]),
    announce: {
      count: random.pick([1, 2, 5]),
      interval: random.between(0.5, 3) * primary.deadAfter,
      refresh: random.between(5_000, 20_000),
    },
    askEvery: random.pick([1, 5, 20]) * primary.deadAfter,
  };
}
