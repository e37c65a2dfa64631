/** The simulated world: two machines, the wires, one clock above their clocks, and the judges. */
import { step } from "../../src/failover/machine.ts";
import type { Effect, Input, Rules } from "../../src/failover/protocol.ts";
import type { Router } from "../../src/failover/router.ts";
import type { BootId, Header, Message } from "../../src/heartbeat/message.ts";
import { isOlder, refusal } from "../../src/heartbeat/peer.ts";
import type { PulseState } from "../../src/heartbeat/pulse.ts";
import type { Role } from "../../src/model/router.ts";
import { Agenda } from "./agenda.ts";
import { Checkers } from "./checkers.ts";
import { Clients } from "./clients.ts";
import type { Coverage } from "./coverage.ts";
import { Network } from "./network.ts";
import type { Options } from "./options.ts";
import type { Plan } from "./plan.ts";
import { Random } from "./random.ts";
import { Station } from "./station.ts";
import { saidIn, textOf } from "./telling.ts";

/** A run that takes more steps at one moment goes round in circles. */
const stepsAtOnceMax = 400;

/** How a run is looked at, and which machine is under trial. */
export interface Setting {
  readonly trace?: string[] | null;
  /** Beats are told only when they say something new. */
  readonly brief?: boolean;
  readonly coverage?: Coverage | null;
  readonly step?: typeof step;
}

type Listener = (station: Station, input: Input, effects: readonly Effect[]) => void;

/** What is left of a message of another version. */
const headerOf = ({ cluster, role, boot, sequence, sentAt, echo }: Message): Header => ({
  major: 2,
  cluster,
  role,
  boot,
  sequence,
  sentAt,
  echo,
});

export class World {
  readonly plan: Plan;
  readonly random: Random;
  readonly options: Options;
  readonly rules: Record<Role, Rules>;
  readonly agenda = new Agenda();
  readonly network: Network;
  readonly stations: Readonly<Record<Role, Station>>;
  readonly checkers: Checkers;
  readonly clients: Clients;
  /** What the clocks of the two showed in the beginning, less what they stood still since. */
  readonly clockBase: Record<Role, number>;
  readonly trace: string[] | null;
  readonly coverage: Coverage | null;
  now = 0;
  /** When a clock that had stood still last went on. */
  thawedAt = Number.NEGATIVE_INFINITY;
  /** Something out of the ordinary happened last then; or is still going on. */
  disturbedAt = 0;
  disturbances = 0;
  private bootIds = 0;
  private stepsAtOnce = 0;
  private readonly bootSalt: number;

  /** The machine under trial: ours, or a spoiled one that the judges must catch. */
  readonly step: typeof step;
  /** Told of every step; null: nobody listens. */
  listener: Listener | null = null;

  private readonly brief: boolean;
  private readonly lastSaid = new Map<Role, string>();

  constructor(plan: Plan, setting: Setting = {}) {
    this.step = setting.step ?? step;
    this.plan = plan;
    this.random = new Random(plan.seed);
    this.bootSalt = this.random.int(0, 0xffff);
    this.options = plan.options;
    this.rules = { ...this.options.rules };
    this.trace = setting.trace ?? null;
    this.brief = setting.brief ?? false;
    this.coverage = setting.coverage ?? null;
    this.clockBase = {
      primary: this.random.between(1000, 1e6),
      backup: this.random.between(1000, 1e6),
    };
    this.network = new Network(this);
    this.stations = { primary: new Station(this, "primary"), backup: new Station(this, "backup") };
    this.checkers = new Checkers(this);
    this.clients = new Clients(this);
  }

  disturbed(): void {
    this.disturbedAt = this.now;
  }

  /** Since when nothing has been out of the ordinary; infinite while something is. */
  calmSince(): number {
    return this.disturbances > 0 ? Number.POSITIVE_INFINITY : this.disturbedAt;
  }

  newBootId(): BootId {
    this.bootIds++;
    const salt = this.bootSalt.toString(16).padStart(4, "0");
    return `${salt}${this.bootIds.toString(16).padStart(12, "0")}` as BootId;
  }

  note(who: Role | "world", text: () => string): void {
    this.trace?.push(`${this.now.toFixed(2).padStart(10)} ${who.padEnd(7)} ${text()}`);
  }

  deliver(to: Role, path: number, message: Message, genuine: boolean): void {
    const station = this.stations[to];
    if (!genuine) this.checkers.replaying(station, path, message);
    if (genuine && this.network.otherVersions > 0)
      station.input({ kind: "heard-version", path, header: headerOf(message) });
    else station.receive(path, message);
  }

  /** Whether a message is a copy of what was said before, or comes after it. */
  isOld(to: Role, path: number, message: Message): boolean {
    const { daemon } = this.stations[to];
    if (daemon === null || path >= this.rules[to].paths.length) return false;
    const { peer } = daemon.router;
    return refusal(peer, path, message) !== null || isOlder(peer, message);
  }

  /** `lone`: it came without a message, which would have been delivered before. */
  deliverWord(to: Role, path: number, word: PulseState, lone: boolean): void {
    const station = this.stations[to];
    const { protocol, paths } = this.rules[to];
    if (protocol === "lvsd" || path >= paths.length) return;
    station.input({ kind: "heard-word", path, word, lone: lone || protocol === "pulse" });
  }

  stepped(station: Station, before: Router, input: Input, effects: readonly Effect[]): void {
    this.coverage?.stepped(before, input);
    this.listener?.(station, input, effects);
    if (this.trace !== null) this.tell(station, input, effects);
    this.checkers.stepped(station, before, input, effects);
  }

  private tell(station: Station, input: Input, effects: readonly Effect[]): void {
    const { role } = station;
    const isBeat = input.kind === "heard" || input.kind === "heard-word";
    const heard = isBeat || (this.brief && input.kind === "heard-version");
    if (input.kind !== "wake" && !heard) this.note(role, () => `< ${JSON.stringify(input)}`);
    for (const effect of effects) {
      if (effect.kind === "send") this.tellBeat(role, effect.message);
      else if (effect.kind === "send-word") this.note(role, () => `> word ${effect.word}`);
      else if (effect.kind === "report") this.note(role, () => `! ${textOf(effect.event)}`);
      else if (effect.kind !== "refused" || !this.brief)
        this.note(role, () => `> ${JSON.stringify(effect)}`);
    }
  }

  private tellBeat(role: Role, message: Message): void {
    const { sequence, echo, hears } = message;
    const said = `${saidIn(message)}${hears ? ", hears" : ""}`;
    if (this.brief && this.lastSaid.get(role) === said) return;
    this.lastSaid.set(role, said);
    const echoed = `${echo?.boot.slice(-2) ?? "-"}/${echo?.sequence ?? 0}`;
    this.note(role, () => `> beat ${sequence}: ${said}, echo ${echoed}`);
  }

  /** Goes on until `end` or until a checker objects. */
  runUntil(end: number): void {
    const { primary, backup } = this.stations;
    for (;;) {
      const wakeA = primary.daemon?.wakeTime ?? Number.POSITIVE_INFINITY;
      const wakeB = backup.daemon?.wakeTime ?? Number.POSITIVE_INFINITY;
      const next = Math.min(this.agenda.nextAt(), wakeA, wakeB);
      if (next > end) break;
      this.stepsAtOnce = next > this.now ? 0 : this.stepsAtOnce + 1;
      if (this.stepsAtOnce > stepsAtOnceMax)
        this.checkers.fail("loop: steps without end at one moment");
      this.now = Math.max(this.now, next);
      if (this.agenda.nextAt() <= next) this.agenda.take()();
      else if (wakeA <= next) primary.wake();
      else backup.wake();
      this.checkers.passed();
    }
    this.now = end;
    this.checkers.passed();
  }
}
