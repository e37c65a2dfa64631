/**
 * What the runs have reached: every kind of input in every state, and every effect that can fail,
 * failing and hanging, at every hold in which it can end.
 */
import type { Input } from "../../src/failover/protocol.ts";
import type { Router, VipHold } from "../../src/failover/router.ts";
import { type RouterState, routerStates } from "../../src/model/router.ts";

/** A record, so that the compiler asks for a kind that is missing here. */
const inputs: Readonly<Record<Input["kind"], true>> = {
  wake: true,
  heard: true,
  "heard-version": true,
  "heard-word": true,
  faults: true,
  ready: true,
  whole: true,
  claimed: true,
  "claim-failed": true,
  released: true,
  "release-failed": true,
  announced: true,
  kept: true,
  "keep-failed": true,
  fenced: true,
  "fence-failed": true,
  probed: true,
  contested: true,
  switchover: true,
  stop: true,
  restart: true,
  rules: true,
};

const grips: Readonly<Record<VipHold, true>> = {
  none: true,
  claiming: true,
  held: true,
  releasing: true,
  stuck: true,
};

/** How an effect fails: at once, or at the deadline of whoever performs it. */
export type Manner = "fails" | "hangs";

const failures = [
  "claim fails",
  "claim hangs",
  "release fails",
  "release hangs",
  "keep fails",
  "keep hangs",
  "fence fails",
  "fence hangs",
  "probe unanswered",
] as const;
type Failure = (typeof failures)[number];

const inputKinds = Object.keys(inputs) as Input["kind"][];
const gripNames = Object.keys(grips) as VipHold[];

/** One cell of the product. */
export type Cell = `${RouterState}: ${Input["kind"]}` | `${VipHold}: ${Failure}`;

export const cells: readonly Cell[] = [
  ...routerStates.flatMap((state) => inputKinds.map((kind): Cell => `${state}: ${kind}`)),
  ...gripNames.flatMap((vipHold) => failures.map((failure): Cell => `${vipHold}: ${failure}`)),
];

/** The names of the pairs, made once: there is one for every step of every run. */
const pairs = Object.fromEntries(
  routerStates.map((state) => [
    state,
    Object.fromEntries(inputKinds.map((kind) => [kind, `${state}: ${kind}`])),
  ]),
) as Readonly<Record<RouterState, Readonly<Record<Input["kind"], Cell>>>>;

function failureOf(input: Input): Failure | null {
  if (input.kind === "probed") return input.answered ? null : "probe unanswered";
  if (!("why" in input)) return null;
  const deed = input.kind.slice(0, -"-failed".length);
  return `${deed} ${input.why.endsWith("hanging") ? "hangs" : "fails"}` as Failure;
}

export class Coverage {
  readonly counts = new Map<Cell, number>();

  stepped({ state, vipHold }: Router, input: Input): void {
    this.count(pairs[state][input.kind]);
    const failure = failureOf(input);
    if (failure !== null) this.count(`${vipHold}: ${failure}`);
  }

  private count(cell: Cell, times = 1): void {
    this.counts.set(cell, (this.counts.get(cell) ?? 0) + times);
  }

  /** Takes in what other runs have reached. */
  add(counts: ReadonlyMap<Cell, number>): void {
    for (const [cell, times] of counts) this.count(cell, times);
  }
}

/**
 * What is wrong with the coverage, by the reasons stated for what is not reached; none: nothing.
 */
export function gaps(
  counts: ReadonlyMap<Cell, number>,
  reasons: ReadonlyMap<Cell, string>,
): { readonly unexplained: readonly Cell[]; readonly disproved: readonly Cell[] } {
  return {
    unexplained: cells.filter((cell) => !counts.has(cell) && !reasons.has(cell)),
    disproved: [...reasons.keys()].filter((cell) => counts.has(cell)),
  };
}

/** The whole product, a line for each cell: how often it was reached, or why not. */
export function printCoverage(
  counts: ReadonlyMap<Cell, number>,
  reasons: ReadonlyMap<Cell, string>,
): string {
  const lines = cells.map((cell) => {
    const count = counts.get(cell);
    const why = reasons.get(cell);
    const tail = count === undefined ? `  ${why ?? "UNREACHED, and no reason is stated"}` : "";
    return `${String(count ?? "-").padStart(10)}  ${cell}${tail}\n`;
  });
  return lines.join("");
}
