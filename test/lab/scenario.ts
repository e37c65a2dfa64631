/**
 * What a scenario is: a topology, a story, and the figures that the story must reach.
 *
 * A scenario file under scenarios/ has one default export made by `scenario`.
 */
import type { Lab } from "./lab.ts";
import type { Topology } from "./machine/topology.ts";

/**
 * A measured number with its goal. Goals are the product's; the tests allow twice as much. Without
 * a bound it is a figure of another product, printed to compare with.
 */
export interface Goal {
  readonly what: string;
  readonly unit: "ms" | "us" | "datagrams" | "connections" | "changes" | "MiB" | "failovers" | "%";
  readonly atMost?: number;
  readonly atLeast?: number;
  /** An exact goal (a count) is not doubled in the tests. */
  readonly exact?: boolean;
}

/** By name: one number, or one for each round, whose median counts. */
export type Figures = Readonly<Record<string, number | readonly number[]>>;

export interface Scenario {
  /** A sentence: what happens and what must come of it. */
  readonly title: string;
  readonly topology: Topology;
  /** Goals by the name of the figure that `play` returns. Every goal must be met by a figure. */
  readonly goals: Readonly<Record<string, Goal>>;
  /** Runs whose median counts in `make bench`; tests run once. */
  readonly runs?: number;
  /** Hard limit of one run, in seconds. */
  readonly limitSeconds?: number;
  /**
   * How long, in ms, one of two routers that both have something to do goes before the other, where
   * they share a guest's one processor (sched(7)); by default the kernel's 100.
   */
  readonly turnMs?: number;
  /** True when it changes what namespaces share, as the clock is: never on the host's kernel. */
  readonly ownMachine?: boolean;
  /**
   * True when it needs what User-Mode Linux's kernel lacks, nftables for IPv4 and IPv6: where the
   * host's kernel has no IPVS it runs on Debian's own kernel, emulated (guest/debian.ts).
   */
  readonly debianKernel?: boolean;
  /** True when it needs a whole machine's speed and no IPVS: in the host's namespaces, as root. */
  readonly wholeHost?: boolean;
  /** Too long, or a comparison: `make bench` only. */
  readonly benchOnly?: boolean;
  /** True when somebody at a browser outside has a part in it: a test of its own plays it. */
  readonly withBrowser?: boolean;
  /** Beginnings of what it leaves behind on purpose (aftermath.ts); everything else is a failure. */
  readonly leaves?: readonly string[];
  /** Tells the story; throws where it does not go as it must. Its figures. */
  readonly play: (lab: Lab) => Promise<Figures>;
}

/** Marks a scenario; the identity function, for the type. */
export const scenario = (described: Scenario): Scenario => described;

/** What a guest reports about one run of a scenario. */
export interface RunReport {
  readonly figures: Figures;
  /** Why the story failed; null when it went as told. */
  readonly failure: string | null;
  /** The longest time in which nothing ran (Lab.stoodStill). */
  readonly stillMs: number;
  readonly seconds: number;
}

/** Every number that these reports have for a figure, in the order of the runs and rounds. */
export const numbersOf = (reports: readonly RunReport[], figure: string): readonly number[] =>
  reports.flatMap((report) => report.figures[figure] ?? []);

/** Whether a figure reaches its goal, with `slack` times the bound where the goal is a measure. */
export function reached(goal: Goal, figure: number, slack: number): boolean {
  const factor = goal.exact === true ? 1 : slack;
  if (goal.atMost !== undefined && !(figure <= goal.atMost * factor)) return false;
  if (goal.atLeast !== undefined && !(figure >= goal.atLeast / factor)) return false;
  return true;
}

export const hasBound = (goal: Goal): boolean =>
  goal.atMost !== undefined || goal.atLeast !== undefined;

/** `at most 250 ms`. */
export function printGoal(goal: Goal): string {
  if (!hasBound(goal)) return "to compare with";
  const bound =
    goal.atMost !== undefined && goal.atMost === goal.atLeast
      ? `exactly ${goal.atMost}`
      : goal.atMost !== undefined
        ? `at most ${goal.atMost}`
        : `at least ${goal.atLeast}`;
  return `${bound} ${goal.unit}`;
}
