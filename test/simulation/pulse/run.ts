/** One run of a pair in which pulse is spoken: chaos, healing, then exactly one holder. */
import type { Input, Rules } from "../../../src/failover/protocol.ts";
import type { ClusterId } from "../../../src/heartbeat/message.ts";
import { type Role, roles } from "../../../src/model/router.ts";
import { ms } from "../../../src/model/time.ts";
import { Random } from "../random.ts";
import { Violation } from "../violation.ts";
import { LvsdMachine, type Machine, PiranhaMachine } from "./machines.ts";
import { PulseWorld } from "./world.ts";

/** What runs on a machine: Piranha, or lvsd with this protocol. */
export type Program = "piranha" | "pulse" | "auto" | "lvsd";

export interface Pair {
  readonly primary: Program;
  readonly backup: Program;
  /** Where both are lvsd with pulse: they are reloaded with auto, one after the other, in the middle. */
  readonly upgrade: boolean;
  /** Nothing goes wrong. */
  readonly calm: boolean;
}

export interface Outcome {
  readonly violation: string | null;
  readonly trace: readonly string[];
  readonly bothMs: number;
  readonly noneMs: number;
}

const rulesOf = (
  role: Role,
  protocol: Rules["protocol"],
  keepalive: number,
  paths: number,
): Rules => ({
  role,
  protocol,
  alone: false,
  cluster: "0011223344556677" as ClusterId,
  paths: ["public", "private"].slice(0, paths),
  interval: ms(keepalive),
  deadAfter: ms(3 * keepalive),
  warnAfter: ms(2 * keepalive),
  startDelay: ms(9 * keepalive),
  failback: "manual",
  failbackDelay: ms(10_000),
  arbiter: false,
  fence: null,
  config: { serial: 1, hash: "ab".repeat(16) },
});

/** `hears`: what lvsd's machine gets of an input; a judge that accepts a deaf one judges nothing. */
export function runPulse(
  seed: number,
  pair: Pair,
  hears: (input: Input) => Input | null = (input) => input,
): Outcome {
  const random = new Random(seed, 11);
  const keepalive = random.pick([1000, 2000, 6000]);
  const paths = random.pick([1, 2]);
  const effectMs = random.pick([1, 20, 300]);
  const world = new PulseWorld(seed, {
    keepalive,
    deadtime: 3 * keepalive,
    effectMs,
    delay: random.pick([0.2, 1, 50]),
    loss: pair.calm ? 0 : random.pick([0, 0, 0.02, 0.1]),
  });
  const build = (role: Role): Machine => {
    const program = pair[role];
    if (program !== "piranha")
      return new LvsdMachine(world, rulesOf(role, program, keepalive, paths), effectMs, hears);
    const settings = { role, keepalive, deadtime: 3 * keepalive, byteOrder: "LE" } as const;
    return new PiranhaMachine(world, settings, paths, effectMs);
  };
  world.machines = { primary: build("primary"), backup: build("backup") };
  try {
    play(world, pair, random);
    world.settle();
    return { violation: null, trace: world.trace, bothMs: world.bothMs, noneMs: world.noneMs };
  } catch (thrown) {
    if (!(thrown instanceof Violation)) throw thrown;
    return { violation: thrown.message, trace: world.trace, bothMs: 0, noneMs: 0 };
  }
}

function play(world: PulseWorld, pair: Pair, random: Random): void {
  const { keepalive, deadtime } = world.options;
  const first = random.pick(roles);
  world.machine(first).boot();
  const apart = random.chance(0.4) ? random.between(0, 50) : random.between(0, 4 * deadtime);
  world.agenda.add(apart, () => {
    for (const role of roles) world.machine(role).boot();
    world.disturb();
  });
  const settled = apart + 14 * keepalive;
  const length = pair.calm ? 8 * deadtime : random.between(4, 12) * deadtime;
  if (pair.calm) world.agenda.add(settled, () => forget(world));
  else
    for (let left = random.int(1, 6); left > 0; left--)
      world.agenda.add(random.between(0, settled + length), () => mishap(world, random));
  if (pair.upgrade)
    for (const role of roles)
      world.agenda.add(settled + random.between(0, length / 2), () => {
        const machine = world.machine(role);
        if (machine instanceof LvsdMachine) machine.reload({ protocol: "auto" });
        world.note(machine, "reloads with auto");
      });
  world.runUntil(settled + length);
  world.healed = true;
  world.cuts.clear();
  world.disturb();
  for (const role of roles) {
    world.machine(role).link(true);
    world.machine(role).boot();
  }
  world.runUntil(world.now + 20 * keepalive);
  for (const role of roles) world.machine(role).boot();
  world.disturb();
  world.runUntil(world.now + 12 * deadtime);
  finish(world, pair);
}

/** What came before the calm does not count. */
function forget(world: PulseWorld): void {
  world.settle();
  world.bothMs = 0;
  world.noneMs = 0;
}

function finish(world: PulseWorld, pair: Pair): void {
  const holders = roles.filter((role) => world.machine(role).vips);
  if (holders.length !== 1) world.fail(`liveness: ${holders.join() || "nobody"} holds`);
  const both = roles.map((role) => world.machine(role));
  const speaks = both.map((machine) =>
    machine instanceof LvsdMachine ? machine.router?.dialect : "pulse",
  );
  const own = pair.upgrade || roles.every((role) => pair[role] === "auto" || pair[role] === "lvsd");
  if (own && !speaks.every((dialect) => dialect === "lvsd"))
    world.fail(`upgrade: they speak ${speaks.join(" and ")}`);
  if (!own && !speaks.every((dialect) => dialect === "pulse"))
    world.fail(`upgrade: they speak ${speaks.join(" and ")} although one knows pulse only`);
}

function mishap(world: PulseWorld, random: Random): void {
  const role = random.pick(roles);
  const machine = world.machine(role);
  const length = random.between(0.2, random.pick([6, 6, 20])) * world.options.keepalive;
  const after = (run: () => void): void => {
    world.agenda.add(world.now + length, () => {
      world.disturb();
      run();
    });
  };
  const what = random.pick([
    "cut",
    "deaf",
    "link",
    "stop",
    "power-off",
    "kill",
    "switchover",
  ] as const);
  world.note(machine, `fault: ${what} for ${length.toFixed(0)} ms`);
  world.disturb();
  switch (what) {
    case "cut":
    case "deaf": {
      const wires = (what === "cut" ? roles : [role]).flatMap((from) => [`0${from}`, `1${from}`]);
      const by = (step: number): void => {
        for (const wire of wires) world.cuts.set(wire, (world.cuts.get(wire) ?? 0) + step);
      };
      by(1);
      // No rule can tell as long as they do not hear each other.
      world.disturb(world.now + length);
      after(() => {
        if (!world.healed) by(-1);
      });
      break;
    }
    case "link":
      machine.link(false);
      after(() => machine.link(true));
      break;
    case "stop":
      machine.stop();
      after(() => machine.boot());
      break;
    case "power-off":
    case "kill":
      machine.kill();
      if (what === "power-off") world.holds(machine, false);
      after(() => machine.boot());
      break;
    default:
      if (machine instanceof LvsdMachine) machine.switchover();
  }
}
