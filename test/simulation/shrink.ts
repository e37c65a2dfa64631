/**
 * Makes a failing run small: fewer faults, plainer settings, a shorter time, for as long as the
 * same property is still violated. Every step is a run of its own, so the result is found again
 * from the seed and what was left of it.
 */
import {
  type Plan,
  plainNames,
  planOf,
  type Reduction,
  reduced,
  type Spoken,
  whole,
} from "./plan.ts";
import { play, type Verdict } from "./run.ts";
import type { Setting } from "./world.ts";

/** The chaos is not cut into finer pieces than this part of it. */
const finest = 1 / 16;

export interface Shrunk {
  readonly reduction: Reduction;
  readonly verdict: Verdict;
}

/** Null when the seed does not fail. */
export function shrink(
  seed: number,
  machine: Pick<Setting, "step"> = {},
  protocol?: Spoken,
): Shrunk | null {
  const plan = planOf(seed, protocol);
  const first = play(plan, machine);
  if (first.violation === null) return null;
  let best: Shrunk = { reduction: whole(plan), verdict: first };
  const accept = (reduction: Reduction): boolean => {
    const verdict = play(reduced(plan, reduction), machine);
    if (verdict.violation === null || verdict.property !== first.property) return false;
    best = { reduction, verdict };
    return true;
  };
  // What has gone may make more of the rest go: until nothing does.
  while (dropFaults(best.reduction, accept) || makePlain(best.reduction, accept));
  shorten(best.reduction, accept);
  return best;
}

type Accept = (reduction: Reduction) => boolean;

function dropFaults(from: Reduction, accept: Accept): boolean {
  let { mishaps } = from;
  for (const number of [...mishaps].reverse()) {
    const fewer = mishaps.filter((each) => each !== number);
    if (accept({ ...from, mishaps: fewer })) mishaps = fewer;
  }
  return mishaps.length < from.mishaps.length;
}

function makePlain(from: Reduction, accept: Accept): boolean {
  let { plain } = from;
  for (const name of plainNames) {
    if (plain.includes(name)) continue;
    if (accept({ ...from, plain: [...plain, name] })) plain = [...plain, name];
  }
  return plain.length > from.plain.length;
}

function shorten(from: Reduction, accept: Accept): void {
  let { chaosLength } = from;
  for (let part = chaosLength / 2; part >= from.chaosLength * finest; part /= 2)
    while (chaosLength > part && accept({ ...from, chaosLength: chaosLength - part }))
      chaosLength -= part;
}

/** Of a long trace the beginning and the end are told: the rest is the routers going on and on. */
const firstLines = 30;
const lastLines = 69;

/** The run that is left, told briefly: in a hundred lines at most. */
export function tell(
  plan: Plan,
  machine: Pick<Setting, "step"> = {},
): { readonly verdict: Verdict; readonly trace: readonly string[] } {
  const trace: string[] = [];
  const verdict = play(plan, { ...machine, trace, brief: true });
  const more = trace.length - firstLines - lastLines;
  if (more > 0) trace.splice(firstLines, more, `           ... ${more} lines more ...`);
  return { verdict, trace };
}
