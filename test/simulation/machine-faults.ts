/** What befalls the two machines: their processes, kernels, links, tables and arbiters. */
import { otherRole, roles } from "../../src/model/router.ts";
import { type Troubles, troubles, works } from "./deeds.ts";
import { type Fault, lasting } from "./fault.ts";
import { vipsMax } from "./station.ts";
import { partition } from "./wire-faults.ts";
import type { World } from "./world.ts";

export const crash: Fault = (world, role, length, random) => {
  const station = world.stations[role];
  station.kill();
  const cleaned = random.chance(0.75);
  if (cleaned)
    world.agenda.add(world.now + random.between(1, 300), () => {
      if (station.daemon === null) station.setVips(0);
    });
  world.agenda.add(world.now + 300 + length, () => station.boot());
};

export const powerOff: Fault = (world, role, length) => {
  world.stations[role].powerOff();
  world.agenda.add(world.now + length, () => world.stations[role].boot());
};

export const pause: Fault = (world, role, length, random) => {
  const station = world.stations[role];
  const how = random.pick(["stopped", "stopped", "stopped", "suspended", "frozen"] as const);
  const early = random.chance(0.5);
  lasting(
    world,
    length,
    () => station.pause(how),
    () => station.resume(early),
  );
};

export const pauseBoth: Fault = (world, _role, length, random) => {
  for (const role of roles) pause(world, role, length * random.between(0.9, 1.1), random);
};

export const unfit: Fault = (world, role, length, random) => {
  const kind = random.pick(["link", "link", "table", "service", "late"] as const);
  const station = world.stations[role];
  station.setFault(kind, true);
  world.agenda.add(world.now + length, () => station.setFault(kind, false));
};

/** Some VIPs cannot be held; the router knows, or finds out when it claims. */
export const lacking: Fault = (world, role, length, random) => {
  const station = world.stations[role];
  const capacity = random.int(0, vipsMax - 1);
  const known = random.chance(0.5);
  lasting(
    world,
    length,
    () => station.setCapacity(capacity, known),
    () => station.setCapacity(vipsMax, true),
  );
};

export const bothLacking: Fault = (world, _role, length, random) => {
  for (const role of roles) lacking(world, role, length * random.between(0.8, 1.2), random);
};

export const bothUnfit: Fault = (world, _role, length, random) => {
  for (const role of roles) unfit(world, role, length * random.between(0.8, 1.2), random);
};

export const flapping: Fault = (world, role, length, random) => {
  const times = random.int(2, 6);
  for (let time = 0; time < times; time++)
    world.agenda.add(world.now + (time * length) / times, () =>
      unfit(world, role, length / times / 2, random),
    );
};

/** A router reaches none of the real servers, or both do, the other one perhaps for longer. */
export const outOfReach: Fault = (world, role, length, random) => {
  const both = random.chance(0.4);
  for (const each of both ? roles : [role]) {
    const { reaching } = world.stations[each];
    reaching.set(false);
    const until = world.now + length * (both ? random.between(0.3, 1.3) : 1);
    world.agenda.add(until, () => reaching.set(true));
  }
};

/** Now the one reaches nobody, now the other. */
export const outOfReachByTurns: Fault = (world, role, length, random) => {
  const times = random.int(2, 6);
  for (let time = 0; time < times; time++)
    world.agenda.add(world.now + (time * length) / times, () => {
      const { reaching } = world.stations[time % 2 === 0 ? role : otherRole(role)];
      reaching.set(false);
      world.agenda.add(world.now + length / times, () => reaching.set(true));
    });
};

function suffer(world: World, role: (typeof roles)[number], length: number, trouble: Troubles) {
  const station = world.stations[role];
  world.note(role, () => `kernel: ${JSON.stringify(trouble)} for ${length.toFixed(0)} ms`);
  lasting(
    world,
    length,
    () => {
      station.deeds.troubles = trouble;
    },
    () => {
      station.deeds.troubles = works;
    },
  );
}

/** Everything that is asked of the kernel goes wrong in the same way. */
export const badKernel: Fault = (world, role, length, random) =>
  suffer(
    world,
    role,
    length,
    troubles[random.pick(["failing", "refusing", "hanging", "stubborn"] as const)],
  );

/** Each kind of deed goes wrong, or not, in a way of its own. */
export const mixedKernel: Fault = (world, role, length, random) => {
  const how = () => random.pick(["works", "works", "fails", "hangs"] as const);
  const trouble = { claim: how(), release: how(), keep: how(), fence: how() };
  suffer(world, role, length, trouble);
};

export const arbiterGone: Fault = (world, role, length, random) => {
  const gone = random.chance(0.5) ? roles : [role];
  // The two ask at times of their own.
  const skew = (): number => random.between(0, world.rules.primary.deadAfter / 2);
  for (const each of gone) {
    const station = world.stations[each];
    station.deeds.arbiterReachable = false;
    if (world.rules[each].arbiter)
      world.agenda.add(world.now + 3 * world.rules[each].interval + skew(), () => {
        if (!station.deeds.arbiterReachable) station.setFault("arbiter", true);
      });
  }
  lasting(
    world,
    length,
    () => {},
    () => {
      for (const each of gone) {
        const station = world.stations[each];
        station.deeds.arbiterReachable = true;
        world.agenda.add(world.now + skew(), () => station.setFault("arbiter", false));
      }
    },
  );
};

/** A router loses its peer and its arbiters at once, and perhaps more than these. */
export const cutOff: Fault = (world, role, length, random) => {
  partition(world, role, length, random);
  arbiterGone(world, role, length * random.between(0.5, 1), random);
  if (random.chance(0.5)) mixedKernel(world, role, length * random.between(0.5, 2), random);
  if (random.chance(0.3)) unfit(world, role, length, random);
};

export const notWhole: Fault = (world, role, length) => {
  const station = world.stations[role];
  station.setMissing("something", true);
  world.agenda.add(world.now + length, () => station.setMissing("something", false));
};
