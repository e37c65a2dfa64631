/** One run: chaos under the eyes of the judges, then healing, then exactly one holder. */
import { step } from "../../src/failover/machine.ts";
import { roles } from "../../src/model/router.ts";
import { Violation } from "./checkers.ts";
import { faults } from "./faults.ts";
import { effectDeadline } from "./options.ts";
import { vipsMax } from "./station.ts";
import { type Coverage, World } from "./world.ts";

export interface Verdict {
  readonly seed: number;
  /** Null: every property held. */
  readonly violation: string | null;
  readonly trace: readonly string[];
}

export function run(
  seed: number,
  traced: boolean,
  coverage: Coverage,
  trial: typeof step = step,
): Verdict {
  const trace: string[] | null = traced ? [] : null;
  const world = new World(seed, { trace, coverage, step: trial });
  try {
    chaos(world);
    heal(world);
    return { seed, violation: null, trace: trace ?? [] };
  } catch (thrown) {
    if (!(thrown instanceof Error)) throw thrown;
    const bug = thrown instanceof Violation ? "" : `\n${thrown.stack}`;
    return { seed, violation: `${thrown.message}${bug}`, trace: trace ?? [] };
  }
}

function chaos(world: World): void {
  const { random, options, stations } = world;
  world.note("world", () => JSON.stringify(options));
  const apart = random.chance(0.5) ? 0 : random.between(0, 6 * options.rules.primary.deadAfter);
  const first = random.chance(0.5) ? stations.primary : stations.backup;
  const second = first === stations.primary ? stations.backup : stations.primary;
  if (options.alone) stations.primary.boot();
  else {
    first.boot();
    world.agenda.add(apart, () => second.boot());
  }
  const timeout = Math.max(options.rules.primary.deadAfter, options.rules.backup.deadAfter);
  const scale = random.pick([1, 1, 2, 3]) * timeout;
  for (let count = 0; count < options.faults; count++) {
    const fault = random.pick(faults);
    const role = options.alone ? "primary" : random.pick(roles);
    const length = random.chance(0.3) ? random.between(0, timeout) : random.between(0.2, 2) * scale;
    world.agenda.add(random.between(0, options.chaosLength), () => fault(world, role, length));
  }
  world.runUntil(options.chaosLength);
}

/** Lets what was begun end, then demands one holder within the stated bound, and peace after that. */
function heal(world: World): void {
  const { stations, options } = world;
  world.network.healed = true;
  const quiet = () => {
    const alive = options.alone
      ? stations.primary.daemon !== null
      : roles.every((role) => stations[role].daemon !== null);
    return world.disturbances === 0 && alive;
  };
  const giveUp = world.now + 60_000;
  const repair = world.now + 15_000;
  while (!quiet() && world.now < giveUp) {
    world.runUntil(world.now + 50);
    // A daemon that took its time to stop, so that its next start came too early.
    if (world.now > repair)
      for (const role of options.alone ? (["primary"] as const) : roles) stations[role].boot();
  }
  if (!quiet()) throw new Error("the run did not come to rest");
  const timeout = Math.max(world.rules.primary.deadAfter, world.rules.backup.deadAfter);
  // The judges measure the bounds of each wait; here it is only long enough for all of them.
  const end = world.now + 60_000;
  const isSettled = () => {
    const touched = roles.filter((role) => stations[role].vips > 0);
    return touched.length === 1 && touched.some((role) => stations[role].vips === vipsMax);
  };
  while (!(isSettled() && world.now > world.calmSince() + timeout) && world.now < end)
    world.runUntil(world.now + timeout);
  world.runUntil(world.now + 2 * timeout);
  // A failback may just be under way.
  const over = world.now + effectDeadline;
  while (!isSettled() && world.now < over) world.runUntil(world.now + options.effectMs);
  world.checkers.settled();
}
