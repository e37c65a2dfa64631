/** How long a client is not served when the active router goes: lvsd and keepalived in turn. */

import type { Pair } from "../actors/pair.ts";
import { Beats } from "../instruments/beats.ts";
import { median } from "../instruments/outage.ts";
import type { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { type Goal, type Scenario, scenario } from "../scenario.ts";
import {
  bothAt,
  inTurn,
  limitFor,
  roundsOr,
  type Settings,
  type Story,
  withClient,
} from "./compared.ts";

export interface OutageComparison {
  readonly title: string;
  /** What happens, for the figures. */
  readonly what: string;
  /** Where `ROUNDS` does not say. */
  readonly rounds: number;
  readonly settings: Settings;
  /** Between two beats, with these settings. */
  readonly intervalMs: number;
  /** In ms: for lvsd's median, and for how much longer it may be than keepalived's. */
  readonly bounds: { readonly lvsd?: number; readonly longer?: number };
  /** See Scenario; by default what it is there. */
  readonly turnMs?: number;
  /** How the active router, r1, goes. */
  readonly go: (pair: Pair, lab: Lab) => Promise<void> | void;
}

const goals = ({ what, bounds }: OutageComparison): Readonly<Record<string, Goal>> => ({
  lvsdOutage: {
    what: `${what}: client outage, lvsd`,
    unit: "ms",
    ...(bounds.lvsd === undefined ? {} : { atMost: bounds.lvsd }),
  },
  keepalivedOutage: { what: `${what}: client outage, keepalived`, unit: "ms" },
  longerOutage: {
    what: `${what}: lvsd's median longer than keepalived's by`,
    unit: "ms",
    ...(bounds.longer === undefined ? {} : { atMost: bounds.longer, exact: true }),
  },
});

/**
 * The router goes at a phase of its beat that is another one in each round, spread evenly over the
 * interval, and the same for both products: else an outage is ruled by where in the interval it
 * happens to begin.
 */
const storyOf =
  (lab: Lab, rounds: number, { intervalMs, go }: OutageComparison): Story =>
  (pair, round) =>
    withClient(lab, async (client) => {
      const beats = await Beats.start(lab.network, pair.machines[0].name);
      await beats.phase(((round - 0.5) / rounds) * intervalMs);
      await go(pair, lab);
      await beats.kill();
      await lab.served(client);
      const { outage } = await client.report();
      return { Outage: outage };
    });

export function compareOutages(comparison: OutageComparison): Scenario {
  const rounds = roundsOr(comparison.rounds);
  return scenario({
    title: `lvsd and keepalived in turn: ${comparison.title}`,
    topology: natPair,
    goals: goals(comparison),
    ...(comparison.turnMs === undefined ? {} : { turnMs: comparison.turnMs }),
    limitSeconds: limitFor(rounds, 30),
    benchOnly: true,
    async play(lab) {
      const contenders = bothAt(lab, comparison.settings);
      const figures = await inTurn(lab, rounds, contenders, storyOf(lab, rounds, comparison));
      const lvsd = figures.lvsdOutage ?? [];
      const keepalived = figures.keepalivedOutage ?? [];
      return { ...figures, longerOutage: median(lvsd) - median(keepalived) };
    },
  });
}
