/**
 * The state of a virtual server from the health of its real servers: whether its quorum is there,
 * and what its table is to hold where it is not.
 *
 * The quorum has a memory: between `down` and `up` it stays as it was. All else follows from what
 * holds now. Panic wins over a lost quorum: where almost all checks fail, the checks are doubted.
 */
import type { Config, VirtualServer } from "../config/config.ts";
import { countedServers, downFrom, upFrom } from "../config/lifecycle/quorum.ts";
import type { EventBody } from "../model/event.ts";
import {
  type Health,
  type RealServerHealth,
  realServerKey,
  type VirtualServerHealth,
  type VirtualServerState,
} from "./health.ts";

/** What is known of it apart from its real servers. */
export interface Before {
  /** Whether the quorum was there; null: nothing is known. */
  readonly quorate: boolean | null;
  /** Where the router's own page is served; null: it is not. */
  readonly localPort: number | null;
}

export const nothingBefore: Before = { quorate: null, localPort: null };

/** How many of the real servers that can take connections are what. */
export interface Tally {
  readonly counted: number;
  /** They take connections. */
  readonly healthy: number;
  /** The configured weights of all that are counted. */
  readonly weight: number;
  /** The weights of those that are healthy: the configured ones, or those that checks give. */
  readonly healthyWeight: number;
  /** They are being checked for the first time, so that they may be healthy. */
  readonly open: number;
  /** A panic would use them. */
  readonly used: number;
}

export const emptyTally: Tally = {
  counted: 0,
  healthy: 0,
  weight: 0,
  healthyWeight: 0,
  open: 0,
  used: 0,
};

/** What one real server of this configured weight adds to a tally. */
export const tallied = (weight: number, known: RealServerHealth | undefined): Tally => ({
  counted: 1,
  healthy: takesConnections(known) ? 1 : 0,
  weight,
  // A rising weight, or one that follows a load, says nothing of health.
  healthyWeight: takesConnections(known) ? (known?.checkedWeight ?? weight) : 0,
  open: known === undefined || known.state === "checking" ? 1 : 0,
  used: known !== undefined && isUsedInPanic(known) ? 1 : 0,
});

/** `tally` with another one; `by` -1: without it. */
export const plus = (tally: Tally, other: Tally, by: 1 | -1 = 1): Tally => ({
  counted: tally.counted + by * other.counted,
  healthy: tally.healthy + by * other.healthy,
  weight: tally.weight + by * other.weight,
  healthyWeight: tally.healthyWeight + by * other.healthyWeight,
  open: tally.open + by * other.open,
  used: tally.used + by * other.used,
});

/** How a virtual server stands now, by all of its real servers. */
export function virtualServerHealth(
  virtualServer: VirtualServer,
  health: Health,
  before: Before = nothingBefore,
): VirtualServerHealth {
  const tally = countedServers(virtualServer.realServers)
    .map(({ name, weight }) => tallied(weight, health.get(realServerKey(virtualServer.name, name))))
    .reduce((sum, each) => plus(sum, each), emptyTally);
  return healthByTally(virtualServer, tally, before);
}

/** The same for those who have counted already. */
export function healthByTally(
  virtualServer: VirtualServer,
  tally: Tally,
  { quorate: was, localPort }: Before = nothingBefore,
): VirtualServerHealth {
  const { active, maintenance } = virtualServer;
  if (!active) {
    const cause =
      maintenance === undefined ? "inactive in the configuration" : `asked by ${maintenance.by}`;
    return { state: "disabled", cause, quorate: null, localPort };
  }
  const { quorum, panicThreshold, sorryServer } = virtualServer;
  const byWeight = quorum.count === "weights";
  const [have, all] = byWeight
    ? [tally.healthyWeight, tally.weight]
    : [tally.healthy, tally.counted];
  const up = upFrom(quorum, all);
  const down = downFrom(quorum, all);
  const quorate = have >= up || (have > down && was === true);
  const rest = { quorate, localPort };
  const count = `${tally.healthy} of ${virtualServer.realServers.length} real servers`;
  if (isPanic(tally, panicThreshold))
    return {
      ...rest,
      state: "panic",
      cause: `${count} are healthy, less than ${panicThreshold}%: all are used`,
    };
  const cause =
    up === 1 && down === 0
      ? `${count} take connections`
      : byWeight
        ? `${count} take connections, with a weight of ${have}; ${up} brings it up, ${down} takes it down`
        : `${count} take connections; ${up} bring it up, ${down} take it down`;
  if (quorate) return { ...rest, state: "up", cause };
  const answers = sorryServer !== null && (sorryServer !== "local" || localPort !== null);
  return { ...rest, state: answers ? "sorry" : "down", cause };
}

/** The state too: an entry that the kernel refuses has a weight while it is offered again. */
const takesConnections = (known: RealServerHealth | undefined): boolean =>
  known?.state === "up" && (known.tableWeight ?? 0) > 0;

/** Those that are being checked for the first time may be healthy: a cold start is no panic. */
const isPanic = ({ counted, healthy, open, used }: Tally, threshold: number): boolean =>
  threshold > 0 && used > 0 && (healthy + open) * 100 < threshold * counted;

/** Health is ignored; what an operator took out, and what was never checked, stays out. */
const isUsedInPanic = ({ state }: RealServerHealth): boolean =>
  state === "up" || state === "down" || state === "reentry";

/** The weight in the table of one of its real servers; null: it is not in the table. */
export function weightWithin(
  whole: VirtualServerHealth | undefined,
  configured: number,
  known: RealServerHealth | undefined,
): number | null {
  if (known === undefined) return null;
  const { tableWeight } = known;
  if (whole?.state === "panic" && isUsedInPanic(known)) return tableWeight || configured;
  // The sorry server serves; the connections of those that are healthy go on.
  if (whole?.state === "sorry" && tableWeight !== null) return 0;
  return tableWeight;
}

/**
 * `health` with how the virtual servers of `config` stand by it, when they stood as `before` says.
 */
export function wholesAfter(
  { virtualServers }: Pick<Config, "virtualServers">,
  health: Pick<Health, "get">,
  before: Health,
): Health {
  const servers = new Map(virtualServers.map((each) => [each.name, each]));
  return {
    get: (key) => health.get(key),
    whole(name) {
      const virtualServer = servers.get(name);
      if (virtualServer === undefined) return undefined;
      const { quorate, localPort } = before.whole?.(name) ?? nothingBefore;
      return virtualServerHealth(virtualServer, health, { quorate, localPort });
    },
  };
}

/** States that operators hear of. */
const reported = ["up", "down", "sorry", "panic"] as const;

/** What operators read when the state has changed; null where it has not. */
export function virtualServerEvent(
  virtualServer: VirtualServer,
  before: VirtualServerState | null,
  after: Pick<VirtualServerHealth, "state" | "cause">,
): EventBody | null {
  const kind = reported.find((state) => state === after.state);
  if (before === after.state || kind === undefined) return null;
  return {
    event: "virtual_server",
    kind,
    virtual_server: virtualServer.name,
    cause: after.cause,
  };
}
