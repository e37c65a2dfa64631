/** What operators and their service manager do, at whatever moment. */
import type { Rules } from "../../src/failover/protocol.ts";
import { type Role, roles } from "../../src/model/router.ts";
import { ms } from "../../src/model/time.ts";
import type { Fault } from "./fault.ts";
import { crash } from "./machine-faults.ts";
import { cluster, otherCluster } from "./options.ts";
import type { Random } from "./random.ts";
import type { World } from "./world.ts";

export const switchover: Fault = (world, role, _length, random) => {
  const station = world.stations[role];
  const request = random.int(1, 1e9);
  if (station.daemon === null || station.daemon.paused !== null) return;
  world.checkers.asked(station, request);
  world.disturbed();
  station.input({ kind: "switchover", request });
};

export const stop: Fault = (world, role, length) => {
  world.disturbed();
  world.stations[role].input({ kind: "stop" });
  bootOnceEnded(world, role, length);
};

/** systemd starts what has ended; a stop takes its time. */
function bootOnceEnded(world: World, role: Role, length: number): void {
  const station = world.stations[role];
  const stopping = station.daemon;
  const look = () => {
    if (station.daemon === null) world.agenda.add(world.now + 10 + length, () => station.boot());
    else if (station.daemon === stopping) world.agenda.add(world.now + 100, look);
  };
  world.agenda.add(world.now + 20, look);
}

export const restart: Fault = (world, role, length, random) => {
  world.disturbed();
  const holdFor = random.between(0.5, 3) * world.rules[role].deadAfter;
  world.stations[role].input({ kind: "restart", holdFor: ms(holdFor) });
  bootOnceEnded(world, role, random.chance(0.8) ? holdFor * 0.5 : length + holdFor);
};

/** Both are to be reloaded with the same change, one after the other. */
function reload(world: World, random: Random, change: Partial<Rules>): void {
  const [first, second] = random.chance(0.5) ? roles : ([...roles].reverse() as [Role, Role]);
  world.stations[first].reload(change);
  const gap = random.between(0, 2 * world.rules.primary.deadAfter);
  world.disturbances++;
  world.agenda.add(world.now + gap, () => {
    world.disturbances--;
    world.stations[second].reload(change);
  });
}

export const intervalChange: Fault = (world, _role, _length, random) => {
  const interval = random.pick([10, 50, 100, 250]);
  const deadAfter = interval * random.pick([3, 4, 6]);
  reload(world, random, { interval: ms(interval), deadAfter: ms(deadAfter) });
};

/** Another configuration: what it says of failback, and its mark. */
export const failbackChange: Fault = (world, _role, _length, random) => {
  const config = { serial: random.int(2, 99), hash: "ef".repeat(16) };
  reload(world, random, { failback: random.pick(["auto", "manual"] as const), config });
};

/** One file gets another address in it, and the other one later, or never. */
export const renumbering: Fault = (world, role, _length, random) => {
  if (world.options.alone) return;
  const station = world.stations[role];
  const misaddressed = random.chance(0.5);
  const wasAstray = station.misaddressed;
  station.misaddressed = misaddressed;
  const change = { cluster: random.pick([cluster, otherCluster]) };
  if (random.chance(0.3)) station.reload(change);
  else reload(world, random, change);
  const mended = random.between(0, 4 * world.rules.primary.deadAfter);
  world.agenda.add(world.now + mended, () => {
    station.misaddressed = wasAstray && random.chance(0.5);
  });
};

/** It is started again with a file that gives it another role. */
export const roleChange: Fault = (world, role, length, random) => {
  if (world.options.alone) return;
  if (random.chance(0.5)) stop(world, role, length, random);
  else crash(world, role, length, random);
  world.rules[role] = { ...world.rules[role], role: random.pick(roles), cluster: otherCluster };
};

/** The private path is added or taken away, here first and then there. */
export const pathsChange: Fault = (world, _role, _length, random) => {
  const paths = world.rules.primary.paths.length > 1 ? ["public"] : ["public", "private"];
  reload(world, random, { paths });
};
