/** What is done to the two routers, and how it is undone: each fault knows its own end. */
import { otherRole, type Role, roles } from "../../src/model/router.ts";
import { ms } from "../../src/model/time.ts";
import type { World } from "./world.ts";

/** Does a fault now; what it began ends by itself after a while. */
type Fault = (world: World, role: Role, length: number) => void;

/** Something that lasts: out of the ordinary from its beginning to its end. */
function lasting(world: World, length: number, begin: () => void, end: () => void): void {
  world.disturbances++;
  begin();
  world.agenda.add(world.now + length, () => {
    world.disturbances--;
    world.disturbed();
    end();
  });
}

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
  return world.options.rules.primary.paths.map((_, path) => path);
}

const partition: Fault = (world, _role, length) => {
  for (const path of pathsOf(world)) for (const from of roles) cut(world, from, path, length);
};

/** The peer of `role` goes deaf, or `role` goes mute: nothing of it arrives. */
const oneWay: Fault = (world, role, length) => {
  for (const path of pathsOf(world)) cut(world, role, path, length);
};

const onePath: Fault = (world, role, length) => {
  const path = world.random.pick(pathsOf(world));
  cut(world, role, path, length);
  if (world.random.chance(0.5)) cut(world, otherRole(role), path, length);
};

const crash: Fault = (world, role, length) => {
  const station = world.stations[role];
  station.kill();
  const cleaned = world.random.chance(0.9);
  if (cleaned)
    world.agenda.add(world.now + world.random.between(1, 300), () => {
      if (station.daemon === null) station.setVips(0);
    });
  world.agenda.add(world.now + 300 + length, () => station.boot());
};

const powerOff: Fault = (world, role, length) => {
  world.stations[role].powerOff();
  world.agenda.add(world.now + length, () => world.stations[role].boot());
};

const pause: Fault = (world, role, length) => {
  const station = world.stations[role];
  const suspended = world.random.chance(0.3);
  const early = world.random.chance(0.5);
  lasting(
    world,
    length,
    () => station.pause(),
    () => station.resume(suspended, early),
  );
};

const pauseBoth: Fault = (world, _role, length) => {
  for (const role of roles) pause(world, role, length * world.random.between(0.9, 1.1));
};

const lossy: Fault = (world, _role, length) => {
  const loss = world.random.between(0.1, 0.6);
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

const slowWires: Fault = (world, _role, length) => {
  const delay = world.random.between(0, world.rules.primary.deadAfter * 1.2);
  world.note("world", () => `wires take ${delay.toFixed(0)} ms more`);
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

const unfit: Fault = (world, role, length) => {
  const kind = world.random.pick(["link", "link", "table", "late"] as const);
  const station = world.stations[role];
  station.setFault(kind, true);
  world.agenda.add(world.now + length, () => station.setFault(kind, false));
};

const bothUnfit: Fault = (world, _role, length) => {
  for (const role of roles) unfit(world, role, length * world.random.between(0.8, 1.2));
};

const flapping: Fault = (world, role, length) => {
  const times = world.random.int(2, 6);
  for (let time = 0; time < times; time++)
    world.agenda.add(world.now + (time * length) / times, () =>
      unfit(world, role, length / times / 2),
    );
};

const badKernel: Fault = (world, role, length) => {
  const station = world.stations[role];
  const trouble = world.random.pick(["failing", "refusing", "hanging"] as const);
  world.note(role, () => `kernel is ${trouble}`);
  lasting(
    world,
    length,
    () => {
      station.trouble = trouble;
    },
    () => {
      station.trouble = "none";
    },
  );
};

const switchover: Fault = (world, role) => {
  const station = world.stations[role];
  const request = world.random.int(1, 1e9);
  if (station.daemon === null || station.daemon.paused) return;
  world.checkers.asked(station, request);
  world.disturbed();
  station.input({ kind: "switchover", request });
};

const stop: Fault = (world, role, length) => {
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

const restart: Fault = (world, role, length) => {
  world.disturbed();
  const holdFor = world.random.between(0.5, 3) * world.rules[role].deadAfter;
  world.stations[role].input({ kind: "restart", holdFor: ms(holdFor) });
  bootOnceEnded(world, role, world.random.chance(0.8) ? holdFor * 0.5 : length + holdFor);
};

const reload: Fault = (world) => {
  const interval = world.random.pick([10, 50, 100, 250]);
  const deadAfter = interval * world.random.pick([3, 4, 6]);
  world.stations.primary.reload(interval, deadAfter);
  const gap = world.random.between(0, 2 * deadAfter);
  world.disturbances++;
  world.agenda.add(world.now + gap, () => {
    world.disturbances--;
    world.stations.backup.reload(interval, deadAfter);
  });
};

const replays: Fault = (world, _role, length) => {
  const times = world.random.int(5, 40);
  for (let time = 0; time < times; time++)
    world.agenda.add(world.now + world.random.between(0, length), () => world.network.replay());
};

const arbiterGone: Fault = (world, role, length) => {
  const gone = world.random.chance(0.5) ? roles : [role];
  // The two ask at times of their own.
  const skew = (): number => world.random.between(0, world.rules.primary.deadAfter / 2);
  for (const each of gone) {
    const station = world.stations[each];
    station.arbiterReachable = false;
    if (world.rules[each].arbiter)
      world.agenda.add(world.now + 3 * world.rules[each].interval + skew(), () => {
        if (!station.arbiterReachable) station.setFault("arbiter", true);
      });
  }
  lasting(
    world,
    length,
    () => {},
    () => {
      for (const each of gone) {
        const station = world.stations[each];
        station.arbiterReachable = true;
        world.agenda.add(world.now + skew(), () => station.setFault("arbiter", false));
      }
    },
  );
};

/** For a while the two do not understand each other: one of them was upgraded. */
const otherVersion: Fault = (world, _role, length) => {
  const { network } = world;
  world.note("world", () => `another version is spoken for ${length.toFixed(0)} ms`);
  lasting(
    world,
    length,
    () => network.otherVersions++,
    () => network.otherVersions--,
  );
};

const notWhole: Fault = (world, role, length) => {
  const station = world.stations[role];
  station.input({ kind: "whole", missing: "something" });
  world.agenda.add(world.now + length, () => station.input({ kind: "whole", missing: null }));
};

export const faults: readonly Fault[] = [
  otherVersion,
  notWhole,
  partition,
  partition,
  oneWay,
  oneWay,
  onePath,
  crash,
  crash,
  powerOff,
  pause,
  pause,
  pauseBoth,
  lossy,
  slowWires,
  unfit,
  unfit,
  bothUnfit,
  flapping,
  badKernel,
  switchover,
  switchover,
  stop,
  restart,
  reload,
  replays,
  replays,
  arbiterGone,
];
