/** Two routers of the simulation and a service on each: how often a broken one moves the VIPs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type FailoverService,
  type ServiceInput,
  serviceGoal,
  serviceWakeAt,
  startService,
  stepService,
} from "../../../../src/failover/service.ts";
import { type Role, roles } from "../../../../src/model/router.ts";
import { instant, seconds } from "../../../../src/model/time.ts";
import { cluster, type Options } from "../../../simulation/options.ts";
import type { Station } from "../../../simulation/station.ts";
import { World } from "../../../simulation/world.ts";

const day = 86_400_000;
const commandMs = 200;

function optionsOf(): Options {
  const base = {
    alone: false,
    protocol: "lvsd" as const,
    cluster,
    paths: ["public"],
    arbiter: false,
    fence: null,
    // A slow heartbeat, so that days are soon over.
    interval: seconds(10),
    deadAfter: seconds(40),
    warnAfter: seconds(20),
    startDelay: seconds(120),
    failback: "auto" as const,
    failbackDelay: seconds(10),
    config: { serial: 1, hash: "ab".repeat(16) },
  };
  return {
    rules: { primary: { ...base, role: "primary" }, backup: { ...base, role: "backup" } },
    misaddressed: { primary: false, backup: false },
    alone: false,
    codec: null,
    rates: { primary: 1, backup: 1 },
    network: { delay: 0.5, jitter: 0, loss: 0, duplication: 0 },
    effectMs: 1,
    flakiness: 0,
    readyWithin: 0.5,
    askEvery: Number.POSITIVE_INFINITY,
    announce: { count: 5, interval: 1000, refresh: 60_000 },
  };
}

/** Attends to a service as the daemon does, by the clock of the simulation. */
class Attended {
  readonly #world: World;
  readonly #station: Station;
  service: FailoverService;
  broken = false;
  #missing = false;

  constructor(world: World, role: Role) {
    this.#world = world;
    this.#station = world.stations[role];
    const rules = { timeout: seconds(30), checked: false, fall: 1, rise: 1 };
    this.service = startService(rules, "unknown", instant(world.now));
  }

  feed(input: ServiceInput): void {
    const world = this.#world;
    const { service, order } = stepService(this.service, input, instant(world.now));
    this.service = service;
    if (order === "start" || order === "stop") {
      world.agenda.add(world.now + commandMs, () => {
        this.feed({ kind: "ended", why: order === "start" && this.broken ? "no disk" : null });
      });
    }
    const due = serviceWakeAt(service);
    if (due !== null) world.agenda.add(Math.max(due, world.now), () => this.#wake(due));
    this.#tell();
  }

  #wake(due: number): void {
    if (serviceWakeAt(this.service) === due) this.feed({ kind: "wake" });
  }

  /** What the router learns of it. */
  #tell(): void {
    const isFault = this.service.trouble !== null || this.service.stuck !== null;
    if (isFault !== this.#station.faults.has("service")) this.#station.setFault("service", isFault);
    const isMissing = this.service.failures > 0;
    if (isMissing === this.#missing) return;
    this.#missing = isMissing;
    this.#station.input({ kind: "whole", missing: isMissing ? "it failed here" : null });
  }
}

const plan = { seed: 1, first: "primary", apart: 0, chaosLength: 0, mishaps: [] } as const;

class Pair {
  readonly world = new World({ ...plan, options: optionsOf() });
  readonly services: Readonly<Record<Role, Attended>>;
  claims = 0;

  constructor() {
    const { world } = this;
    this.services = {
      primary: new Attended(world, "primary"),
      backup: new Attended(world, "backup"),
    };
    world.listener = (station, _input, effects) => {
      this.claims += effects.filter(({ kind }) => kind === "claim").length;
      // Not in the middle of the step.
      world.agenda.add(world.now, () => this.#goal(station));
    };
    for (const role of roles) world.stations[role].boot();
    this.run(10 * 60_000);
    assert.equal(this.active, "primary");
  }

  #goal(station: Station): void {
    const { daemon, role } = station;
    if (daemon === null) return;
    const peerActive = daemon.router.peer.message?.state === "active";
    const goal = serviceGoal(daemon.router, peerActive);
    if (goal !== this.services[role].service.goal)
      this.services[role].feed({ kind: "goal", goal, afresh: false });
  }

  run(length: number): void {
    this.world.runUntil(this.world.now + length);
  }

  /** How often the VIPs were claimed meanwhile. */
  changesIn(length: number): number {
    const before = this.claims;
    this.run(length);
    return this.claims - before;
  }

  get active(): Role | undefined {
    return roles.find((role) => this.world.stations[role].daemon?.router.state === "active");
  }

  /** The service breaks where it runs, and cannot be started on these routers. */
  breakOn(...broken: readonly Role[]): void {
    for (const role of broken) this.services[role].broken = true;
    const active = this.services[this.active ?? "primary"];
    active.feed({ kind: "rules", rules: active.service.rules, stale: true });
  }
}

test("a sound service stays where it is", () => {
  assert.equal(new Pair().changesIn(day), 0);
});

test("a service broken on the primary alone moves once, and no failback finds that out again", () => {
  const pair = new Pair();
  pair.breakOn("primary");
  assert.equal(pair.changesIn(3 * day), 1);
  assert.equal(pair.active, "backup");
  assert.equal(pair.services.backup.service.state, "running");
});

test("a service broken on both moves less and less often, and is served by one of them all the time", () => {
  const pair = new Pair();
  pair.breakOn("primary", "backup");
  const changes = [day, day, day].map((length) => pair.changesIn(length));
  const [first = 0, ...later] = changes;
  assert.ok(first >= 2 && first <= 17, `${first} times on the first day`);
  assert.ok(Math.max(...later) <= 2, `then ${later.join(" and ")}`);
  assert.ok(pair.active !== undefined);
});

test("a service that is mended where the VIPs are keeps them there", () => {
  const pair = new Pair();
  pair.breakOn("primary", "backup");
  pair.run(day);
  const active = pair.active ?? assert.fail();
  pair.services[active].broken = false;
  pair.run(2 * 60_000);
  assert.equal(pair.services[active].service.state, "running");
  assert.equal(pair.changesIn(3 * day), 0);
});

test("a service that is mended on the other router gets there when its time has come", () => {
  const pair = new Pair();
  pair.breakOn("primary", "backup");
  pair.run(60_000);
  const other = pair.active === "primary" ? "backup" : "primary";
  pair.services[other].broken = false;
  assert.equal(pair.changesIn(day), 1);
  assert.equal(pair.active, other);
  assert.equal(pair.services[other].service.state, "running");
});
