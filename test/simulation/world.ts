/** The simulated world: two machines, the wires, one clock above their clocks, and the judges. */
import { step } from "../../src/failover/machine.ts";
import type { Effect, Input, Rules } from "../../src/failover/protocol.ts";
import type { Router } from "../../src/failover/router.ts";
import type { BootId, Header, Message } from "../../src/heartbeat/message.ts";
import type { Role } from "../../src/model/router.ts";
import { Agenda } from "./agenda.ts";
import { Checkers } from "./checkers.ts";
import { Network } from "./network.ts";
import { drawOptions, type Options } from "./options.ts";
import { Random } from "./random.ts";
import { Station } from "./station.ts";

/** A run that takes more steps at one moment goes round in circles. */
const stepsAtOnceMax = 400;

/** (state, input) pairs and effects that the runs have reached. */
export type Coverage = Map<string, number>;

/** What a run may differ in from the drawn one. */
export interface Setting {
  readonly trace?: string[] | null;
  readonly coverage?: Coverage;
  readonly step?: typeof step;
  readonly options?: Options;
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
  readonly random: Random;
  readonly options: Options;
  readonly rules: Record<Role, Rules>;
  readonly agenda = new Agenda();
  readonly network: Network;
  readonly stations: Readonly<Record<Role, Station>>;
  readonly checkers: Checkers;
  readonly clockBase: Readonly<Record<Role, number>>;
  readonly trace: string[] | null;
  readonly coverage: Coverage;
  now = 0;
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

  constructor(seed: number, setting: Setting = {}) {
    this.step = setting.step ?? step;
    this.random = new Random(seed);
    this.bootSalt = this.random.int(0, 0xffff);
    this.options = setting.options ?? drawOptions(this.random);
    this.rules = { ...this.options.rules };
    this.trace = setting.trace ?? null;
    this.coverage = setting.coverage ?? new Map();
    this.clockBase = {
      primary: this.random.between(1000, 1e6),
      backup: this.random.between(1000, 1e6),
    };
    this.network = new Network(this);
    this.stations = { primary: new Station(this, "primary"), backup: new Station(this, "backup") };
    this.checkers = new Checkers(this);
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
    else this.checkers.delivering(station, message);
    if (genuine && this.network.otherVersions > 0)
      station.input({ kind: "heard-version", path, header: headerOf(message) });
    else station.receive(path, message);
  }

  stepped(station: Station, before: Router, input: Input, effects: readonly Effect[]): void {
    const key = `${before.state} ${before.grip} ${input.kind}`;
    this.coverage.set(key, (this.coverage.get(key) ?? 0) + 1);
    this.listener?.(station, input, effects);
    if (this.trace !== null) this.tell(station, input, effects);
    this.checkers.stepped(station, before, input, effects);
    for (const { kind } of effects) {
      if (kind === "send" || kind === "report") continue;
      this.coverage.set(`effect ${kind}`, (this.coverage.get(`effect ${kind}`) ?? 0) + 1);
    }
  }

  private tell(station: Station, input: Input, effects: readonly Effect[]): void {
    if (input.kind !== "wake" && input.kind !== "heard")
      this.note(station.role, () => `< ${JSON.stringify(input)}`);
    for (const effect of effects) {
      if (effect.kind === "send") {
        const { handOver, sequence, state, holds, hears, echo, faults, term } = effect.message;
        const step = handOver.kind === "none" ? "" : ` ${handOver.kind} ${handOver.id}`;
        this.note(
          station.role,
          () =>
            `> beat ${sequence} ${state}${holds ? " holds" : ""}${hears ? " hears" : ""}` +
            ` t${term} echo ${echo?.boot.slice(-2) ?? "-"}/${echo?.sequence ?? 0}${step} ${faults.join()}`,
        );
      } else this.note(station.role, () => `> ${JSON.stringify(effect)}`);
    }
  }

  /** Goes on until `end` or until a checker objects. */
  runUntil(end: number): void {
    const { primary, backup } = this.stations;
    for (;;) {
      const wakes = [primary.daemon?.wakeTime, backup.daemon?.wakeTime].map(
        (at) => at ?? Number.POSITIVE_INFINITY,
      );
      const [wakeA = 0, wakeB = 0] = wakes;
      const next = Math.min(this.agenda.nextAt(), wakeA, wakeB);
      if (next > end) break;
      this.stepsAtOnce = next > this.now ? 0 : this.stepsAtOnce + 1;
      if (this.stepsAtOnce > stepsAtOnceMax) this.checkers.fail("steps without end at one moment");
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
