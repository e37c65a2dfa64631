/** One run: chaos under the eyes of the judges, then healing, then exactly one holder. */
import { roles } from "../../src/model/router.ts";
import { faults } from "./faults.ts";
import { effectDeadline } from "./options.ts";
import { type Plan, planOf, type Spoken } from "./plan.ts";
import { Random } from "./random.ts";
import { vipsMax } from "./station.ts";
import { Violation } from "./violation.ts";
import { type Setting, World } from "./world.ts";

export interface Verdict {
  readonly seed: number;
  /** Null: every property held. */
  readonly violation: string | null;
  /** What was violated, by its number or name; a bug is the text of its error. */
  readonly property: string | null;
}

export const run = (seed: number, setting: Setting = {}, protocol?: Spoken): Verdict =>
  play(planOf(seed, protocol), setting);

export function play(plan: Plan, setting: Setting = {}): Verdict {
  const { seed } = plan;
  const world = new World(plan, setting);
  try {
    chaos(world);
    heal(world);
    return { seed, violation: null, property: null };
  } catch (thrown) {
    if (thrown instanceof Violation)
      return { seed, violation: thrown.message, property: thrown.property };
    if (!(thrown instanceof Error)) throw thrown;
    const violation = `${world.now.toFixed(2)} ms: ${thrown.stack}`;
    return { seed, violation, property: thrown.message };
  }
}

function chaos(world: World): void {
  const { plan, options, stations } = world;
  world.note("world", () => JSON.stringify(options));
  stations[plan.first].boot();
  if (!options.alone)
    world.agenda.add(plan.apart, () => {
      for (const role of roles) stations[role].boot();
    });
  for (const { fault, role, at, length, seed } of plan.mishaps)
    world.agenda.add(at, () => {
      world.note("world", () => `fault: ${fault}, ${role}, ${length.toFixed(0)} ms`);
      faults[fault](world, role, length, new Random(seed));
    });
  world.runUntil(plan.chaosLength);
}

/** Lets what was begun end, then demands one holder within the stated bound, and peace after that. */
function heal(world: World): void {
  const { stations, options } = world;
  const expected = options.alone ? (["primary"] as const) : roles;
  world.network.healed = true;
  world.note("world", () => "healed");
  const quiet = () =>
    world.disturbances === 0 &&
    // One that is on its way out is started again only when it has gone.
    expected.every((role) => stations[role].daemon?.router.ending === null);
  const giveUp = world.now + 60_000;
  const repair = world.now + 15_000;
  while (!quiet() && world.now < giveUp) {
    world.runUntil(world.now + 50);
    // A daemon that took its time to stop, so that its next start came too early.
    if (world.now > repair) for (const role of expected) stations[role].boot();
  }
  if (!quiet()) throw new Error("the run did not come to rest");
  const timeout = Math.max(world.rules.primary.deadAfter, world.rules.backup.deadAfter);
  // The judges measure the bounds of each wait; here it is only long enough for all of them.
  const end = world.now + 60_000;
  const isSettled = () => {
    const touched = roles.filter((role) => stations[role].vips > 0);
    const held = touched.length === 1 && touched.some((role) => stations[role].vips === vipsMax);
    return held && world.checkers.clients.content;
  };
  while (!(isSettled() && world.now > world.calmSince() + timeout) && world.now < end)
    world.runUntil(world.now + timeout);
  world.runUntil(world.now + 2 * timeout);
  // A failback may just be under way.
  const over = world.now + effectDeadline;
  while (!isSettled() && world.now < over) world.runUntil(world.now + options.effectMs);
  world.checkers.settled();
}
