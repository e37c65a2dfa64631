/**
 * One simulated machine: a kernel with VIPs in it, a daemon that may pause, crash and come back,
 * and an engine that performs effects as the contract of protocol.ts asks.
 */
import { wakeAt } from "../../src/failover/machine.ts";
import type { Effect, Input } from "../../src/failover/protocol.ts";
import { type Router, start } from "../../src/failover/router.ts";
import type { BootId, Message } from "../../src/heartbeat/message.ts";
import { type Fault, otherRole, type Role } from "../../src/model/router.ts";
import { type Instant, instant, ms } from "../../src/model/time.ts";
import { effectDeadline } from "./options.ts";
import type { World } from "./world.ts";

/** How many VIPs there are: enough for half a claim. */
export const vipsMax = 3;
/** Datagrams that a socket keeps while its process does not read. */
const inboxMax = 200;

export interface Daemon {
  router: Router;
  readonly boot: BootId;
  readonly bornAt: number;
  paused: boolean;
  /** What waits until the process runs again: datagrams and outcomes. */
  inbox: Input[];
  wakeTime: number;
  /** When an unpaused daemon last sent, by the world's clock. */
  sentAt: number;
}

export class Station {
  readonly role: Role;
  readonly world: World;
  daemon: Daemon | null = null;
  /** Boot id of the present process, or of the last one. */
  lastBoot: BootId | null = null;
  vips = 0;
  /** When the kernel drops the addresses by itself (`valid_lft`). */
  expiresAt: number | null = null;
  /** Bumped to forget outcomes of effects whose process is gone. */
  private operation = 0;
  readonly faults = new Map<string, Fault>();
  trouble: "none" | "failing" | "hanging" | "refusing" = "none";
  arbiterReachable = true;
  /** VIPs were kept for the next daemon. */
  kept = false;
  readonly requests = new Map<number, number>();

  constructor(world: World, role: Role) {
    this.world = world;
    this.role = role;
  }

  /** The local boot-time clock. */
  local(): Instant {
    const { now, options, clockBase } = this.world;
    return instant(clockBase[this.role] + now * options.rates[this.role]);
  }

  private worldTime(local: Instant): number {
    const { options, clockBase } = this.world;
    // A wake never comes early: what the rounding of this conversion takes is put on top.
    return (local - clockBase[this.role]) / options.rates[this.role] + 1e-6;
  }

  boot(): void {
    const { world } = this;
    if (this.daemon !== null) return;
    const boot = world.newBootId();
    let found: "nothing" | "left-behind" | "kept" = "nothing";
    if (this.vips > 0) found = this.kept ? "kept" : "left-behind";
    this.kept = false;
    const rules = world.rules[this.role];
    const router = start({ rules, boot, found }, this.local());
    const now = world.now;
    this.lastBoot = boot;
    this.daemon = {
      router,
      boot,
      bornAt: now,
      paused: false,
      inbox: [],
      wakeTime: now,
      sentAt: now,
    };
    world.disturbed();
    world.note(this.role, () => `daemon starts, boot id ${boot}, found ${found}`);
    this.feed({ kind: "wake" });
    this.feed({ kind: "faults", faults: [...this.faults.values()] });
    const readyIn = world.random.between(0, rules.deadAfter / 2);
    this.later(readyIn, { kind: "ready" });
  }

  /** Delivers an input to the present daemon after `length`, unless it has gone by then. */
  private later(length: number, input: Input): void {
    const { daemon, world } = this;
    world.agenda.add(world.now + length, () => {
      if (this.daemon === daemon) this.input(input);
    });
  }

  /** An input arrives: a paused process finds it when it runs again. */
  input(input: Input): void {
    const { daemon } = this;
    if (daemon === null) return;
    if (!daemon.paused) this.feed(input);
    else if (input.kind !== "heard" || daemon.inbox.length < inboxMax) daemon.inbox.push(input);
  }

  wake(): void {
    const { daemon } = this;
    if (daemon === null) return;
    if (daemon.paused) daemon.wakeTime = Number.POSITIVE_INFINITY;
    else this.feed({ kind: "wake" });
  }

  pause(): void {
    if (this.daemon === null || this.daemon.paused) return;
    this.daemon.paused = true;
    this.world.note(this.role, () => "paused");
  }

  /**
   * Runs again. A suspended machine has lost what was sent to it. With `early` the overdue timer
   * comes before the datagrams are read, as it does without the engine's extra poll turn.
   */
  resume(suspended: boolean, early: boolean): void {
    const { daemon } = this;
    if (daemon === null || !daemon.paused) return;
    daemon.paused = false;
    this.world.disturbed();
    this.world.note(this.role, () => (suspended ? "resumed" : "continued"));
    const waiting = daemon.inbox.filter(({ kind }) => !suspended || kind !== "heard");
    daemon.inbox = [];
    if (early) this.feed({ kind: "wake" });
    for (const input of waiting) if (this.daemon === daemon) this.feed(input);
    if (this.daemon === daemon) this.wake();
  }

  /** The process is gone at once; what it had asked the kernel for ends half-way. */
  kill(): void {
    if (this.daemon === null) return;
    this.daemon = null;
    this.operation++;
    this.requests.clear();
    this.world.checkers.ended(this);
    this.world.disturbed();
    this.world.note(this.role, () => `daemon killed, ${this.vips} VIPs stay in the kernel`);
  }

  powerOff(): void {
    this.kill();
    this.setVips(0);
  }

  setVips(count: number): void {
    if (this.vips === count) return;
    this.vips = count;
    this.world.note(this.role, () => `kernel has ${count} VIPs`);
    this.world.checkers.kernelChanged(this);
  }

  setFault(kind: Fault["kind"], present: boolean): void {
    if (present) this.faults.set(kind, { kind, subject: "x", text: `${kind} x failed` });
    else this.faults.delete(kind);
    this.world.disturbed();
    this.input({ kind: "faults", faults: [...this.faults.values()] });
  }

  private feed(input: Input): void {
    const { daemon, world } = this;
    if (daemon === null) return;
    const before = daemon.router;
    const now = this.local();
    const result = world.step(before, input, now);
    daemon.router = result.router;
    const at = wakeAt(result.router);
    daemon.wakeTime = at === null ? Number.POSITIVE_INFINITY : this.worldTime(at);
    world.stepped(this, before, input, result.effects);
    for (const effect of result.effects) this.perform(daemon, effect);
  }

  private perform(daemon: Daemon, effect: Effect): void {
    const { world } = this;
    if (this.daemon !== daemon) return;
    switch (effect.kind) {
      case "claim":
        this.change(vipsMax, { kind: "claimed" }, "claim-failed");
        break;
      case "release":
        this.change(0, { kind: "released" }, "release-failed");
        break;
      case "announce":
        this.later(1, { kind: "announced" });
        this.heardByPeer();
        break;
      case "keep":
        this.keep(effect.holdFor * 0.8);
        break;
      case "fence":
        this.fence();
        break;
      case "probe":
        this.later(world.random.between(1, 5), { kind: "probed", answered: this.arbiterReachable });
        break;
      case "send":
        daemon.sentAt = world.now;
        world.network.send(this.role, effect.message, daemon.router.rules.paths.length);
        break;
      case "answer":
        world.checkers.answered(this, effect.request);
        break;
      case "stopped":
        this.exit();
        break;
      case "report":
      case "refused":
        break;
      default:
        effect satisfies never;
    }
  }

  /** A claim or release: half-way after half its time; then done, failed, or cut off at its deadline. */
  private change(target: number, done: Input, failed: "claim-failed" | "release-failed"): void {
    const { world } = this;
    const operation = ++this.operation;
    this.expiresAt = null;
    const { trouble } = this;
    const length =
      trouble === "hanging" ? effectDeadline : world.random.between(0.2, world.options.effectMs);
    const half = world.random.int(0, vipsMax);
    // A refusing kernel takes no claims and lets go of what it has.
    const fails = trouble === "refusing" ? target > 0 : trouble !== "none";
    // A kernel that hangs is out of the ordinary until the engine's deadline has passed.
    if (fails) world.disturbances++;
    world.agenda.add(world.now + length / 2, () => {
      if (operation === this.operation && this.vips !== target) this.setVips(half);
    });
    world.agenda.add(world.now + length, () => {
      if (fails) {
        world.disturbances--;
        world.disturbed();
      }
      if (operation !== this.operation) return;
      // An attempt that fails may still have left everything as wanted, and not know it.
      if (!fails) this.setVips(target);
      this.input(fails ? { kind: failed, why: `simulated: ${trouble}` } : done);
    });
  }

  /** The addresses outlive the daemon, for a while. */
  private keep(lifetime: number): void {
    const { world } = this;
    if (this.trouble !== "none") {
      this.later(1, { kind: "keep-failed", why: `simulated: ${this.trouble}` });
      return;
    }
    this.expiresAt = world.now + lifetime;
    world.agenda.add(this.expiresAt, () => this.expire());
    this.kept = true;
    this.later(1, { kind: "kept" });
  }

  /** The peer's network card takes in what is announced; the word `contested` is its daemon's. */
  private heardByPeer(): void {
    const { world } = this;
    const peer = world.stations[otherRole(this.role)];
    world.agenda.add(world.now + 1, () => {
      if (peer.vips > 0 && this.vips > 0 && !world.network.isCut(0, this.role))
        peer.input({ kind: "contested" });
    });
  }

  private expire(): void {
    if (this.expiresAt !== null && this.expiresAt <= this.world.now) {
      this.expiresAt = null;
      this.setVips(0);
    }
  }

  private fence(): void {
    const { world, daemon } = this;
    const peer = world.stations[otherRole(this.role)];
    world.disturbed();
    world.agenda.add(world.now + world.random.between(1, 50), () => {
      if (this.daemon !== daemon) return;
      if (this.trouble !== "none") return this.input({ kind: "fence-failed", why: "simulated" });
      peer.powerOff();
      world.agenda.add(world.now + world.random.between(10, 3000), () => peer.boot());
      return this.input({ kind: "fenced" });
    });
  }

  /** The daemon ended by itself; the unit's clean-up frees what no restart was announced for. */
  private exit(): void {
    const { world } = this;
    this.daemon = null;
    this.operation++;
    world.disturbed();
    world.note(this.role, () => "daemon ended");
    if (!this.kept) world.agenda.add(world.now + 5, () => this.daemon ?? this.setVips(0));
    world.checkers.ended(this);
  }

  reload(interval: number, deadAfter: number): void {
    const { world, role } = this;
    const rules = { ...world.rules[role], interval: ms(interval), deadAfter: ms(deadAfter) };
    world.rules[role] = rules;
    world.disturbed();
    this.input({ kind: "rules", rules });
  }

  /** A message from the wire reaches the socket. */
  receive(path: number, message: Message): void {
    this.input({ kind: "heard", path, message });
  }
}
