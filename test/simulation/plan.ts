/**
 * What happens in one run, drawn from its seed before it begins: the settings, and what is done to
 * the two routers and when. Each has a source of chance of its own, so that a run with one fault
 * less keeps the others as they were.
 */
import { type Role, roles } from "../../src/model/router.ts";
import {
  type FaultName,
  faultNames,
  identityFaultNames,
  lackingFaultNames,
  reachFaultNames,
} from "./faults.ts";
import { cluster, drawOptions, type Options } from "./options.ts";
import { Random } from "./random.ts";

/** One fault: what, to whom, when, for how long, and the seed of its further details. */
export interface Mishap {
  readonly fault: FaultName;
  readonly role: Role;
  readonly at: number;
  readonly length: number;
  readonly seed: number;
}

export interface Plan {
  readonly seed: number;
  readonly options: Options;
  readonly first: Role;
  /** How long after the first router the other one starts. */
  readonly apart: number;
  readonly chaosLength: number;
  readonly mishaps: readonly Mishap[];
}

/** What both routers speak. */
export type Spoken = "lvsd" | "auto";

export function planOf(seed: number, protocol: Spoken = "lvsd"): Plan {
  return withRules(drawnPlan(seed), { protocol });
}

function drawnPlan(seed: number): Plan {
  const random = new Random(seed, 1);
  const identity = new Random(seed, 3);
  const options = drawOptions(random, identity);
  const { primary, backup } = options.rules;
  const timeout = Math.max(primary.deadAfter, backup.deadAfter);
  const chaosLength = random.between(3, 12) * timeout;
  const scale = random.pick([1, 1, 2, 3]) * timeout;
  const mishaps: Mishap[] = [];
  for (let left = random.pick([0, 1, 1, 2, 2, 3, 4, 6, 8]); left > 0; left--)
    mishaps.push({
      fault: random.pick(faultNames),
      role: options.alone ? "primary" : random.pick(roles),
      at: random.between(0, chaosLength),
      length: random.chance(0.3) ? random.between(0, timeout) : random.between(0.2, 2) * scale,
      seed: random.int(0, 0xffff_ffff),
    });
  for (let left = identity.pick([0, 0, 0, 0, 1, 2]); left > 0; left--)
    mishaps.push({
      fault: identity.pick(identityFaultNames),
      role: options.alone ? "primary" : identity.pick(roles),
      at: identity.between(0, chaosLength),
      length: identity.between(0, 2) * scale,
      seed: identity.int(0, 0xffff_ffff),
    });
  const lacks = new Random(seed, 5);
  for (let left = lacks.pick([0, 0, 0, 1, 1, 2]); left > 0; left--)
    mishaps.push({
      fault: lacks.pick(lackingFaultNames),
      role: options.alone ? "primary" : lacks.pick(roles),
      at: lacks.between(0, chaosLength),
      length: lacks.between(0, 2) * scale,
      seed: lacks.int(0, 0xffff_ffff),
    });
  const reach = new Random(seed, 7);
  for (let left = reach.pick([0, 0, 0, 0, 1, 2]); left > 0; left--)
    mishaps.push({
      fault: reach.pick(reachFaultNames),
      role: options.alone ? "primary" : reach.pick(roles),
      at: reach.between(0, chaosLength),
      length: reach.between(0.3, 3) * Math.max(scale, 3000),
      seed: reach.int(0, 0xffff_ffff),
    });
  return {
    seed,
    options,
    first: options.alone || random.chance(0.5) ? "primary" : "backup",
    apart: random.chance(0.5) ? 0 : random.between(0, 6 * primary.deadAfter),
    chaosLength,
    mishaps: mishaps.sort((a, b) => a.at - b.at),
  };
}

/** A setting made plain: what it was drawn to be has no part in the failure. */
const plainly: Readonly<Record<string, (plan: Plan) => Plan>> = {
  loss: (plan) => withNetwork(plan, { loss: 0 }),
  duplication: (plan) => withNetwork(plan, { duplication: 0 }),
  jitter: (plan) => withNetwork(plan, { jitter: 0 }),
  delay: (plan) => withNetwork(plan, { delay: 0.2 }),
  drift: (plan) => withOptions(plan, { rates: { primary: 1, backup: 1 } }),
  codec: (plan) => withOptions(plan, { codec: null }),
  paths: (plan) => withRules(plan, { paths: ["public"] }),
  arbiter: (plan) => withRules(plan, { arbiter: false }),
  fence: (plan) => withRules(plan, { fence: null }),
  kernels: (plan) => withOptions(plan, { effectMs: 2 }),
  flakiness: (plan) => withOptions(plan, { flakiness: 0 }),
  asking: (plan) => withOptions(plan, { askEvery: 1e9 }),
  difference: (plan) => {
    const { primary } = plan.options.rules;
    const { role, cluster } = plan.options.rules.backup;
    return withOptions(plan, { rules: { primary, backup: { ...primary, role, cluster } } });
  },
  identity: (plan) => {
    const { primary, backup } = plan.options.rules;
    const rules = {
      primary: { ...primary, role: "primary", cluster },
      backup: { ...backup, role: "backup", cluster },
    } as const;
    return withOptions(plan, { rules, misaddressed: { primary: false, backup: false } });
  },
  start: (plan) => ({ ...plan, first: "primary", apart: 0 }),
};

export const plainNames: readonly string[] = Object.keys(plainly);

const withOptions = (plan: Plan, change: Partial<Options>): Plan => ({
  ...plan,
  options: { ...plan.options, ...change },
});

const withNetwork = (plan: Plan, change: Partial<Options["network"]>): Plan =>
  withOptions(plan, { network: { ...plan.options.network, ...change } });

const withRules = (plan: Plan, change: Partial<Options["rules"]["primary"]>): Plan => {
  const { primary, backup } = plan.options.rules;
  return withOptions(plan, {
    rules: { primary: { ...primary, ...change }, backup: { ...backup, ...change } },
  });
};

/** A part of a plan: the faults that are kept, by their numbers, and what was made plain. */
export interface Reduction {
  readonly mishaps: readonly number[];
  readonly plain: readonly string[];
  readonly chaosLength: number;
}

export const whole = ({ mishaps, chaosLength }: Plan): Reduction => ({
  mishaps: mishaps.map((_, number) => number),
  plain: [],
  chaosLength,
});

/** Throws a RangeError for a fault or a setting that the plan does not have. */
export function reduced(plan: Plan, { mishaps, plain, chaosLength }: Reduction): Plan {
  const kept = mishaps.map((number) => {
    const mishap = plan.mishaps[number];
    if (mishap === undefined) throw new RangeError(`seed ${plan.seed} has no fault ${number}`);
    return mishap;
  });
  const begun = kept.filter(({ at }) => at < chaosLength);
  return plain.reduce<Plan>(
    (part, name) => {
      const change = plainly[name];
      if (change === undefined)
        throw new RangeError(`no setting ${name}: ${plainNames.join(", ")}`);
      return change(part);
    },
    { ...plan, mishaps: begun, chaosLength },
  );
}
