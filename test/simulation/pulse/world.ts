/** Two machines, their wires, and the judges of a pair in which pulse is spoken. */
import { otherRole, type Role, roles } from "../../../src/model/router.ts";
import { Agenda } from "../agenda.ts";
import { Random } from "../random.ts";
import { Violation } from "../violation.ts";
import { LvsdMachine, loneWord, type Machine } from "./machines.ts";

export interface WorldOptions {
  /** The longest of both, in ms. */
  readonly keepalive: number;
  readonly deadtime: number;
  readonly effectMs: number;
  readonly delay: number;
  readonly loss: number;
}

export class PulseWorld {
  readonly agenda = new Agenda();
  readonly random: Random;
  readonly options: WorldOptions;
  readonly trace: string[] = [];
  now = 0;
  machines: Readonly<Record<Role, Machine>> | null = null;
  /** Paths and sending roles that are cut: `0primary`. */
  readonly cuts = new Map<string, number>();
  healed = false;
  /** When something out of the ordinary last happened. */
  disturbedAt = 0;
  /** When a process last began. */
  startedAt = 0;
  /** For how long, in ms, both have held, and nobody has, in calm and in trouble. */
  bothMs = 0;
  noneMs = 0;
  #bothSince: number | null = null;
  #noneSince: number | null = 0;

  constructor(seed: number, options: WorldOptions) {
    this.random = new Random(seed, 7);
    this.options = options;
  }

  disturb(until = this.now): void {
    this.disturbedAt = Math.max(this.disturbedAt, until);
  }

  note(machine: Machine | null, text: string): void {
    this.trace.push(`${this.now.toFixed(1).padStart(9)} ${machine?.role ?? "world"} ${text}`);
  }

  send(from: Machine, paths: number, bytesOf: (path: number) => Uint8Array): void {
    const { random, options, agenda, now } = this;
    for (let path = 0; path < paths; path++) {
      const bytes = bytesOf(path);
      this.#judgeWord(from, bytes);
      const isCut = (this.cuts.get(`${path}${from.role}`) ?? 0) > 0;
      if (isCut || (!this.healed && random.chance(options.loss))) {
        this.disturb();
        continue;
      }
      const to = this.machine(otherRole(from.role));
      agenda.add(now + options.delay * random.between(0.5, 1.5), () => to.receive(path, bytes));
    }
  }

  machine(role: Role): Machine {
    if (this.machines === null) throw new Error("the world is empty");
    return this.machines[role];
  }

  holds(machine: Machine, vips: boolean): void {
    if (machine.vips === vips) return;
    machine.vips = vips;
    this.note(machine, vips ? "holds" : "holds nothing");
    this.#count();
  }

  #count(): void {
    const holders = roles.filter((role) => this.machine(role).vips).length;
    if (this.#bothSince !== null) this.bothMs += this.now - this.#bothSince;
    if (this.#noneSince !== null) this.noneMs += this.now - this.#noneSince;
    this.#bothSince = holders === 2 ? this.now : null;
    this.#noneSince = holders === 0 ? this.now : null;
    this.#holdersSince = this.now;
  }
  #holdersSince = 0;

  /** Nobody takes the VIPs from a peer that has just said that it is active. */
  claims(machine: LvsdMachine): void {
    const { router } = machine;
    if (router === null || router.dialect === "lvsd" || router.found === "kept") return;
    const peer = this.machine(otherRole(machine.role));
    const fresh = this.now - machine.lastRunningAt < router.rules.deadAfter - 0.5;
    if (fresh && router.pulse.state === "running" && peer.alive && peer.vips)
      this.fail(`3: ${machine.role} claims against an active peer`);
  }

  /** What lvsd says in pulse is a word, nothing more, and true. */
  #judgeWord(from: Machine, bytes: Uint8Array): void {
    if (!(from instanceof LvsdMachine) || from.rules.protocol !== "pulse") return;
    const word = loneWord(bytes);
    if (word === null) this.fail(`wire: ${from.role} sends ${Buffer.from(bytes).toString("hex")}`);
    if (word === "stopped" && from.vips) this.fail(`7: ${from.role} denies the VIPs that it holds`);
  }

  fail(what: string): never {
    throw new Violation(this.now, what);
  }

  runUntil(end: number): void {
    for (;;) {
      const [a, b] = roles.map((role) => this.machine(role));
      const wakeA = a?.wakeAt() ?? 0;
      const wakeB = b?.wakeAt() ?? 0;
      const next = Math.min(this.agenda.nextAt(), wakeA, wakeB);
      if (next > end) break;
      this.now = Math.max(this.now, next);
      if (this.agenda.nextAt() <= next) this.agenda.take()();
      else if (wakeA <= next) a?.wake();
      else b?.wake();
      this.#judge();
    }
    this.now = Math.max(this.now, end);
    this.#judge();
  }

  /** In calm, after what pulse itself takes: one holds. */
  #judge(): void {
    const { keepalive, deadtime, effectMs, delay } = this.options;
    const since = Math.max(this.#holdersSince, this.disturbedAt);
    const [a, b] = roles.map((role) => this.machine(role));
    if (a === undefined || b === undefined) return;
    // The primary says so at its next beat, the backup lets go.
    const settle = 2.2 * keepalive + 4 * effectMs + 6 * delay + 50;
    if (a.vips && b.vips && a.alive && b.alive && this.now > since + settle)
      this.fail("1: both have held since the calm began");
    // Silence is judged, and what was let go of is first left to the other; a start waits longer.
    const starting = this.now < this.startedAt + 4 * deadtime;
    const found = (starting ? 4 : 1) * deadtime + 1.6 * keepalive + settle;
    if (!a.vips && !b.vips && (a.able || b.able) && this.now > since + found)
      this.fail("2: nobody holds although somebody could");
  }

  /** Both counters up to now. */
  settle(): void {
    this.#count();
  }
}
