/** The machines of a simulated pair in which pulse is spoken: one with lvsd, one with Piranha. */
import { step, wakeAt } from "../../../src/failover/machine.ts";
import type { Effect, Input, Rules } from "../../../src/failover/protocol.ts";
import { type Router, start } from "../../../src/failover/router.ts";
import { sealOf } from "../../../src/heartbeat/header.ts";
import type { BootId } from "../../../src/heartbeat/message.ts";
import { isOlder, refusal } from "../../../src/heartbeat/peer.ts";
import { encodePulse, partsOf } from "../../../src/heartbeat/pulse.ts";
import { decode, encode } from "../../../src/heartbeat/wire.ts";
import { isRefused } from "../../../src/model/error.ts";
import type { Role } from "../../../src/model/router.ts";
import { instant } from "../../../src/model/time.ts";
import {
  type PulseAction,
  PulseMachine,
  type PulseSettings,
  words,
} from "../../lab/piranha/machine.ts";
import type { PulseWorld } from "./world.ts";

/** One machine: its process, and whether its kernel has the VIPs. */
export interface Machine {
  readonly role: Role;
  readonly alive: boolean;
  vips: boolean;
  boot(): void;
  /** The process is gone; the addresses stay until the power goes, or the next process comes. */
  kill(): void;
  /** SIGTERM. */
  stop(): void;
  receive(path: number, datagram: Uint8Array): void;
  wakeAt(): number;
  wake(): void;
  link(up: boolean): void;
  /** Could it hold: its process runs, and nothing that it knows speaks against that. */
  readonly able: boolean;
}

const seal = sealOf([new Uint8Array(32).fill(3)]);
const never = Number.POSITIVE_INFINITY;

export class LvsdMachine implements Machine {
  readonly role: Role;
  vips = false;
  rules: Rules;
  router: Router | null = null;
  /** Answers to the operator's switchovers: null is "done". */
  readonly answers: (string | null)[] = [];
  readonly #world: PulseWorld;
  readonly #effectMs: number;
  readonly #hears: (input: Input) => Input | null;
  #boots = 0;
  #linkDown = false;
  #wakeTime = never;
  /** Words heard since the last claim or start, for the judges. */
  lastRunningAt = -never;

  constructor(
    world: PulseWorld,
    rules: Rules,
    effectMs: number,
    hears: (input: Input) => Input | null = (input) => input,
  ) {
    this.role = rules.role;
    this.rules = rules;
    this.#world = world;
    this.#effectMs = effectMs;
    this.#hears = hears;
  }

  get alive(): boolean {
    return this.router !== null;
  }

  get able(): boolean {
    return this.router?.ready === true && !this.#linkDown && this.router.ending === null;
  }

  boot(): void {
    if (this.router !== null) return;
    this.#world.startedAt = this.#world.now;
    const boot = `${this.role === "primary" ? "a" : "b"}${this.#boots++}`.padEnd(16, "0") as BootId;
    const found = this.vips ? "left-behind" : "nothing";
    this.router = start({ rules: this.rules, boot, found }, instant(this.#world.now));
    this.lastRunningAt = -never;
    this.input({ kind: "wake" });
    this.link(!this.#linkDown);
    this.#later(this.#world.random.between(1, this.rules.deadAfter / 2), { kind: "ready" });
  }

  kill(): void {
    this.router = null;
    this.#wakeTime = never;
  }

  stop(): void {
    this.input({ kind: "stop" });
  }

  switchover(): void {
    this.input({ kind: "switchover", request: 1 });
  }

  reload(change: Partial<Rules>): void {
    this.rules = { ...this.rules, ...change };
    this.input({ kind: "rules", rules: this.rules });
  }

  link(up: boolean): void {
    this.#linkDown = !up;
    const fault = { kind: "link", subject: "eth0", text: "link eth0 failed" } as const;
    this.input({ kind: "faults", faults: up ? [] : [fault] });
  }

  wakeAt(): number {
    return this.#wakeTime;
  }

  wake(): void {
    this.input({ kind: "wake" });
  }

  /** As daemon/failover/heartbeat.ts takes a datagram in. */
  receive(path: number, datagram: Uint8Array): void {
    const parts = partsOf(datagram, this.rules.protocol, "lvs");
    if (isRefused(parts)) return;
    const decoded = parts.own === null ? null : decode(parts.own, seal);
    const understood = decoded !== null && !isRefused(decoded) && decoded.kind === "message";
    const { peer } = this.router ?? {};
    const isOld =
      understood &&
      peer !== undefined &&
      (refusal(peer, path, decoded.message) !== null || isOlder(peer, decoded.message));
    if (understood) this.input({ kind: "heard", path, message: decoded.message });
    if (parts.word === null || isOld) return;
    if (parts.word.word === "running") this.lastRunningAt = this.#world.now;
    this.input({ kind: "heard-word", path, word: parts.word.word, lone: !understood });
  }

  input(given: Input): void {
    const { router } = this;
    const input = this.#hears(given);
    if (router === null || input === null) return;
    const result = step(router, input, instant(this.#world.now));
    this.router = result.router;
    this.#wakeTime = wakeAt(result.router) ?? never;
    for (const effect of result.effects) this.#perform(effect);
  }

  #later(length: number, input: Input): void {
    const boot = this.router?.boot;
    this.#world.agenda.add(this.#world.now + length, () => {
      if (this.router?.boot === boot) this.input(input);
    });
  }

  /** The kernel first, then the word of it. */
  #inKernel(vips: boolean, outcome: Input): void {
    const boot = this.router?.boot;
    this.#world.agenda.add(this.#world.now + this.#effectMs, () => {
      if (this.router?.boot !== boot) return;
      this.#world.holds(this, vips);
      this.input(outcome);
    });
  }

  #perform(effect: Effect): void {
    const { router } = this;
    if (router === null) return;
    const paths = router.rules.paths.length;
    switch (effect.kind) {
      case "claim":
        this.#world.claims(this);
        this.#inKernel(true, { kind: "claimed" });
        break;
      case "release":
        this.#inKernel(false, { kind: "released" });
        break;
      case "announce":
        this.#later(1, { kind: "announced" });
        break;
      case "send-word":
        this.#world.send(this, paths, () => encodePulse(effect.word, "lvs", "little"));
        break;
      case "send":
        this.#world.send(this, paths, (path) => {
          const own = encode(effect.message, path, seal);
          return effect.word === null ? own : encodePulse(effect.word, "lvs", "little", own);
        });
        break;
      case "answer":
        this.answers.push(effect.why);
        break;
      case "stopped":
        this.kill();
        // The unit's clean-up.
        this.#world.agenda.add(this.#world.now + 5, () => {
          if (this.router === null) this.#world.holds(this, false);
        });
        break;
      case "report":
        this.#world.note(this, `! ${JSON.stringify(effect.event)}`);
        break;
      default:
        break;
    }
  }
}

/** The double of Piranha on a simulated kernel. Deactivating blocks it, as waiting for lvsd does. */
export class PiranhaMachine implements Machine {
  readonly role: Role;
  vips = false;
  machine: PulseMachine | null = null;
  readonly #world: PulseWorld;
  readonly #settings: PulseSettings;
  readonly #paths: number;
  readonly #effectMs: number;
  #busyUntil = 0;
  #queue: (() => void)[] = [];

  constructor(world: PulseWorld, settings: PulseSettings, paths: number, effectMs: number) {
    this.role = settings.role;
    this.#world = world;
    this.#settings = settings;
    this.#paths = paths;
    this.#effectMs = effectMs;
  }

  get alive(): boolean {
    return this.machine !== null;
  }

  get able(): boolean {
    return this.machine !== null && !this.machine.linkFailed && !this.machine.childFailed;
  }

  boot(): void {
    if (this.machine !== null) return;
    this.#world.startedAt = this.#world.now;
    // inactive_cmd runs, and whatever a killed predecessor left is taken over or gone.
    this.#world.holds(this, false);
    this.machine = new PulseMachine(this.#settings, this.#world.now);
    this.#perform(this.machine.start());
  }

  kill(): void {
    this.machine = null;
    this.#queue = [];
    this.#busyUntil = 0;
  }

  stop(): void {
    this.#do((machine) => machine.terminate());
    this.#do(() => {
      this.kill();
      return [];
    });
  }

  link(up: boolean): void {
    this.#do((machine) => machine.link(up));
  }

  receive(_path: number, datagram: Uint8Array): void {
    this.#do((machine) => machine.heard(datagram, this.#world.now));
  }

  wakeAt(): number {
    return this.machine === null ? never : Math.max(this.machine.wakeAt(), this.#busyUntil);
  }

  wake(): void {
    this.#do((machine) => machine.wake(this.#world.now));
  }

  #do(act: (machine: PulseMachine) => PulseAction[]): void {
    const run = (): void => {
      if (this.machine !== null) this.#perform(act(this.machine));
    };
    if (this.#world.now < this.#busyUntil) this.#queue.push(run);
    else run();
  }

  #perform(actions: readonly PulseAction[]): void {
    const { agenda, now } = this.#world;
    for (const action of actions) {
      if (action.do === "log") this.#world.note(this, `! ${action.text}`);
      if (action.do === "send") this.#world.send(this, this.#paths, () => action.bytes);
      const { machine } = this;
      if (action.do === "activate")
        agenda.add(now + this.#effectMs, () => {
          if (this.machine === machine && machine?.active) this.#world.holds(this, true);
        });
      if (action.do !== "deactivate") continue;
      this.#busyUntil = now + this.#effectMs;
      agenda.add(this.#busyUntil, () => {
        if (this.machine === machine) this.#world.holds(this, false);
        for (const waiting of this.#queue.splice(0)) waiting();
      });
    }
  }
}

/** Of a datagram that is a word and nothing else: which; null: it is none. */
export function loneWord(datagram: Uint8Array): "running" | "stopped" | null {
  if (datagram.length !== 4) return null;
  const word = Buffer.from(datagram).readUInt32LE();
  return word === words.running ? "running" : word === words.stopped ? "stopped" : null;
}
