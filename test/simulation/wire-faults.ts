/** What is done to the wires between the two routers. */
import { otherRole, type Role, roles } from "../../src/model/router.ts";
import { type Fault, lasting } from "./fault.ts";
import type { World } from "./world.ts";

function cut(world: World, from: Role, path: number, length: number): void {
  world.note("world", () => `path ${path} from ${from} is cut for ${length.toFixed(0)} ms`);
  lasting(
    world,
    length,
    () => world.network.cut(path, from, 1),
    () => world.network.cut(path, from, -1),
  );
}

function pathsOf(world: World): number[] {
  return world.rules.primary.paths.map((_, path) => path);
}

export const partition: Fault = (world, _role, length) => {
  for (const path of pathsOf(world)) for (const from of roles) cut(world, from, path, length);
};

/** The peer of `role` goes deaf, or `role` goes mute: nothing of it arrives. */
export const oneWay: Fault = (world, role, length) => {
  for (const path of pathsOf(world)) cut(world, role, path, length);
};

export const onePath: Fault = (world, role, length, random) => {
  const path = random.pick(pathsOf(world));
  cut(world, role, path, length);
  if (random.chance(0.5)) cut(world, otherRole(role), path, length);
};

export const lossy: Fault = (world, _role, length, random) => {
  const loss = random.between(0.1, 0.6);
  world.note("world", () => `loses ${(loss * 100).toFixed(0)} % for ${length.toFixed(0)} ms`);
  const { network } = world;
  lasting(
    world,
    length,
    () => {
      network.extraLoss += loss;
    },
    () => {
      network.extraLoss -= loss;
    },
  );
};

export const slowWires: Fault = (world, _role, length, random) => {
  const delay = random.between(0, world.rules.primary.deadAfter * 1.2);
  world.note("world", () => `wires take ${delay.toFixed(0)} ms more for ${length.toFixed(0)} ms`);
  const { network } = world;
  lasting(
    world,
    length,
    () => {
      network.extraDelay += delay;
    },
    () => {
      network.extraDelay -= delay;
    },
  );
  // What is still on its way arrives after the wires are quick again.
  lasting(
    world,
    length + delay,
    () => {},
    () => {},
  );
};

/** For a while the two do not understand each other: one of them was upgraded. */
export const otherVersion: Fault = (world, _role, length) => {
  const { network } = world;
  world.note("world", () => `another version is spoken for ${length.toFixed(0)} ms`);
  lasting(
    world,
    length,
    () => network.otherVersions++,
    () => network.otherVersions--,
  );
};

export const replays: Fault = (world, _role, length, random) => {
  const times = random.int(5, 40);
  world.note("world", () => `${times} recordings are played within ${length.toFixed(0)} ms`);
  for (let time = 0; time < times; time++)
    world.agenda.add(world.now + random.between(0, length), () => world.network.replay());
};
