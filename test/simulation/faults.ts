/** All that is done to the two routers, by name, and how often each is drawn. */
import { otherRole } from "../../src/model/router.ts";
import type { Fault } from "./fault.ts";
import * as machine from "./machine-faults.ts";
import * as operator from "./operator-faults.ts";
import { trapNames } from "./traps.ts";
import * as wire from "./wire-faults.ts";

const plainFaults = { ...wire, ...machine, ...operator };
type PlainName = keyof typeof plainFaults;

/** Those that are drawn more often than the others, and how often. */
const weights: Partial<Record<string, number>> = {
  partition: 2,
  oneWay: 2,
  crash: 2,
  powerOff: 2,
  pause: 3,
  unfit: 2,
  badKernel: 2,
  mixedKernel: 4,
  arbiterGone: 2,
  cutOff: 3,
  switchover: 2,
  restart: 2,
  replays: 2,
  ambush: 20,
};

/** Drawn apart (plan.ts): what they add to a run leaves the rest of it as it was. */
export const identityFaultNames = ["renumbering", "roleChange"] as const;
export const lackingFaultNames = ["lacking", "bothLacking"] as const;
export const reachFaultNames = ["outOfReach", "outOfReachByTurns"] as const;
const drawnApart: ReadonlySet<string> = new Set([
  ...identityFaultNames,
  ...lackingFaultNames,
  ...reachFaultNames,
]);

const weighed = <Name extends string>(names: readonly Name[]): readonly Name[] =>
  names
    .filter((name) => !drawnApart.has(name))
    .flatMap((name) => Array<Name>(weights[name] ?? 1).fill(name));

/** What is done while a router is in the middle of something. */
const sprung = weighed(Object.keys(plainFaults) as PlainName[]);

/** Waits until the router is in the middle of something, and does a fault just then. */
const ambush: Fault = (world, role, length, random) => {
  const trap = random.pick(trapNames);
  const name = random.pick(sprung);
  const victim = world.options.alone || random.chance(0.75) ? role : otherRole(role);
  const after = random.chance(0.5) ? 0 : random.between(0, world.options.effectMs);
  world.note("world", () => `${name} for ${victim} as soon as ${role} is ${trap}`);
  world.stations[role].traps.set(trap, () => {
    world.agenda.add(world.now + after, () => {
      if (world.network.healed) return;
      world.note("world", () => `${role} is ${trap}: ${name} for ${victim}`);
      plainFaults[name](world, victim, length, random);
    });
  });
};

export const faults = { ...plainFaults, ambush } satisfies Readonly<Record<string, Fault>>;

export type FaultName = keyof typeof faults;

export const faultNames = weighed(Object.keys(faults) as FaultName[]);
