/**
 * One simulated machine: a kernel with VIPs in it, a daemon that may pause, crash and come back,
 * and an engine that performs effects as the contract of protocol.ts asks.
 */
import { wakeAt } from "../../src/failover/machine.ts";
import type { Effect, Input, Rules } from "../../src/failover/protocol.ts";
import { type Router, start } from "../../src/failover/router.ts";
import type { BootId, Message } from "../../src/heartbeat/message.ts";
import type { Fault, Role } from "../../src/model/router.ts";
import { type Instant, instant } from "../../src/model/time.ts";
import { Deeds } from "./deeds.ts";
import { Reaching } from "./reaching.ts";
import { Traps } from "./traps.ts";
import type { World } from "./world.ts";

/** How many VIPs there are: enough for half a claim. */
export const vipsMax = 3;
/** Datagrams that a socket keeps while its process does not read. */
const inboxMax = 200;

/**
 * Why a process does not run: it was stopped; its machine was suspended and hears nothing; or the
 * machine was frozen from outside, so that its clocks stood still as well.
 */
export type Pause = "stopped" | "suspended" | "frozen";

export interface Daemon {
  router: Router;
  readonly boot: BootId;
  readonly bornAt: number;
  readyAt: number;
  paused: { readonly how: Pause; readonly since: number } | null;
  /** What waits until the process runs again: datagrams and outcomes. */
  inbox: Input[];
  wakeTime: number;
  /** When it last sent, by its own clock. */
  sentAt: Instant;
}

export class Station {
  readonly role: Role;
  readonly world: World;
  daemon: Daemon | null = null;
  /** Boot id of the present process, or of the last one. */
  lastBoot: BootId | null = null;
  vips = 0;
  /** How many this machine can hold; what it lacks it may know before it tries, or not. */
  capacity = vipsMax;
  /** When the kernel drops the addresses by itself (`valid_lft`). */
  expiresAt: number | null = null;
  readonly faults = new Map<string, Fault>();
  /** What an automatic failback to this router waits for. */
  readonly missing = new Set<string>();
  readonly deeds: Deeds;
  readonly traps = new Traps();
  readonly reaching: Reaching;
  /** VIPs were kept for the next daemon. */
  kept = false;
  /** Its file has a wrong address for the peer. */
  misaddressed: boolean;
  /** The present process knows from a beat of the peer where that is. */
  private found = false;
  readonly requests = new Map<number, number>();

  constructor(world: World, role: Role) {
    this.world = world;
    this.role = role;
    this.misaddressed = world.options.misaddressed[role];
    this.deeds = new Deeds(this, world);
    this.reaching = new Reaching(this, world);
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
    this.found = false;
    const rules = world.rules[this.role];
    const router = start({ rules, boot, found }, this.local());
    const now = world.now;
    this.lastBoot = boot;
    this.daemon = {
      router,
      boot,
      bornAt: now,
      readyAt: Number.POSITIVE_INFINITY,
      paused: null,
      inbox: [],
      wakeTime: now,
      sentAt: this.local(),
    };
    world.disturbed();
    world.note(this.role, () => `daemon starts, boot id ${boot}, found ${found}`);
    this.missing.clear();
    this.feed({ kind: "wake" });
    this.feed({ kind: "faults", faults: [...this.faults.values()] });
    const readyIn = world.random.between(0, world.options.readyWithin * rules.deadAfter);
    if (this.daemon !== null) this.daemon.readyAt = now + readyIn;
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
    if (daemon.paused === null) this.feed(input);
    else if (input.kind !== "heard" || daemon.inbox.length < inboxMax) daemon.inbox.push(input);
  }

  wake(): void {
    const { daemon } = this;
    if (daemon === null) return;
    if (daemon.paused !== null) daemon.wakeTime = Number.POSITIVE_INFINITY;
    else this.feed({ kind: "wake" });
  }

  pause(how: Pause): void {
    if (this.daemon === null || this.daemon.paused !== null) return;
    this.daemon.paused = { how, since: this.world.now };
    this.world.note(this.role, () => how);
  }

  /** Whether the kernel answers, too: that of a stopped process does. */
  get isAwake(): boolean {
    return (this.daemon?.paused?.how ?? "stopped") === "stopped";
  }

  /**
   * Runs again. Only a process that was stopped finds what was sent to it. With `early` the overdue
   * timer comes before the datagrams are read, as it does without the engine's extra poll turn.
   */
  resume(early: boolean): void {
    const { daemon, world } = this;
    if (daemon === null || daemon.paused === null) return;
    const { how, since } = daemon.paused;
    daemon.paused = null;
    world.disturbed();
    world.note(this.role, () => `${how} until now`);
    if (how !== "stopped" && this.expiresAt !== null)
      this.expireAt(this.expiresAt + world.now - since);
    if (how === "frozen") {
      world.clockBase[this.role] -= (world.now - since) * world.options.rates[this.role];
      world.thawedAt = world.now;
      // Who has answered meanwhile, and is gone again, nobody tells it.
      world.clients.missed[this.role] = true;
    }
    const waiting = daemon.inbox.filter(({ kind }) => how === "stopped" || kind !== "heard");
    daemon.inbox = [];
    if (early) this.feed({ kind: "wake" });
    for (const input of waiting) if (this.daemon === daemon) this.feed(input);
    if (this.daemon === daemon) this.wake();
  }

  /** The process is gone at once; what it had asked the kernel for ends half-way. */
  kill(): void {
    if (this.daemon === null) return;
    if (this.daemon.paused !== null) this.world.clients.diedFrozen(this);
    this.daemon = null;
    this.deeds.forget();
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

  setMissing(what: string, isMissing: boolean): void {
    if (isMissing) this.missing.add(what);
    else this.missing.delete(what);
    const [first = null] = this.missing;
    this.input({ kind: "whole", missing: first });
  }

  /**
   * A device is missing, IPv6 is off; or all is well again. The watch loses or puts back at once.
   */
  setCapacity(capacity: number, known: boolean): void {
    this.world.note(this.role, () => `can hold ${capacity} VIPs`);
    const grows = capacity > this.capacity;
    const hasLost = this.vips === 0 && this.capacity > 0;
    this.capacity = capacity;
    const vipHold = this.daemon?.router.vipHold;
    // Also one that was frozen before it knew of its claim: its watch puts back once it wakes.
    const holds = vipHold === "held" || (vipHold === "claiming" && this.deeds.hasClaimed);
    const isHolder = holds && !hasLost;
    if (this.vips > capacity || (grows && isHolder)) this.setVips(capacity);
    if (known || isHolder || grows) this.learnCapacity();
    this.world.disturbed();
  }

  learnCapacity(): void {
    const count = vipsMax - this.capacity;
    const text = `${count} VIPs cannot be held`;
    if (count === (this.faults.get("vip")?.count ?? 0)) return;
    if (count === 0) this.faults.delete("vip");
    else this.faults.set("vip", { kind: "vip", subject: "x", text, count });
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
    this.traps.look(result.router);
    for (const effect of result.effects) this.perform(daemon, effect);
  }

  private perform(daemon: Daemon, effect: Effect): void {
    const { world } = this;
    if (this.daemon !== daemon) return;
    switch (effect.kind) {
      case "claim":
        this.deeds.claim();
        break;
      case "release":
        world.clients.silence(this);
        this.deeds.release();
        break;
      case "announce":
        this.later(1, { kind: "announced" });
        world.clients.announce(this);
        break;
      case "keep":
        this.deeds.keep(effect.holdFor * 0.8);
        break;
      case "fence":
        this.deeds.fence();
        break;
      case "probe":
        this.deeds.probe();
        break;
      case "send":
        daemon.sentAt = this.local();
        if (!this.misaddressed || this.found) {
          const message = { ...effect.message, reach: this.reaching.word };
          const { paths } = daemon.router.rules;
          world.network.send(this.role, message, effect.word, paths.length);
        }
        break;
      case "send-word":
        daemon.sentAt = this.local();
        world.network.sendWord(this.role, effect.word, daemon.router.rules.paths.length);
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

  /** The addresses get a lifetime, which stands still while the machine does. */
  expireAt(at: number): void {
    this.expiresAt = at;
    this.world.agenda.add(at, () => {
      if (this.expiresAt !== at || !this.isAwake) return;
      this.expiresAt = null;
      this.setVips(0);
    });
  }

  /** The daemon ended by itself; the unit's clean-up frees what no restart was announced for. */
  private exit(): void {
    const { world } = this;
    this.daemon = null;
    this.deeds.forget();
    world.disturbed();
    world.note(this.role, () => "daemon ended");
    if (!this.kept) world.agenda.add(world.now + 5, () => this.daemon ?? this.setVips(0));
    world.checkers.ended(this);
  }

  reload(change: Partial<Rules>): void {
    const { world, role } = this;
    const rules = { ...world.rules[role], ...change };
    world.rules[role] = rules;
    world.disturbed();
    // Another role is taken by the next process only.
    const present = this.daemon?.router.role ?? rules.role;
    this.input({ kind: "rules", rules: { ...rules, role: present } });
  }

  /** A message from the wire reaches the socket. */
  receive(path: number, message: Message): void {
    const { paths, protocol } = this.world.rules[this.role];
    if (path >= paths.length || protocol === "pulse") return;
    if (this.daemon?.paused === null) this.found = true;
    this.input({ kind: "heard", path, message });
  }
}
