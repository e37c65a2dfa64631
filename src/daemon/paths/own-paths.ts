/**
 * The standby's own way to each real server: tried about once a minute, one server after the other,
 * so that a cable or a route which only this router lacks is known before it takes over.
 *
 * Tries are those of the real servers' checks, each once however many virtual servers want it. They
 * count for nothing but this: traffic follows the active router's word. None are made while this
 * router checks by itself.
 */
import type { RunCheck, Tried } from "../../checks/check.ts";
import { type TriedCheck, triedChecks } from "../../config/config.ts";
import type { RealServerKey } from "../../health/health.ts";
import { checks, type Nanny } from "../../health/nanny.ts";
import {
  afterTry,
  everyFor,
  isDoubtful,
  type OwnPath,
  type OwnTry,
  repeatAfter,
  untriedPath,
} from "../../health/signs/own-path.ts";
import type { IpAddress } from "../../model/address.ts";
import type { EventBody } from "../../model/event.ts";
import { addMs, type Instant, type Ms, ms } from "../../model/time.ts";
import type { Alarm } from "../../system/process/clock.ts";
import { Agenda, type Appointment } from "../agenda.ts";
import { probeKey } from "../health/probe.ts";

export interface OwnPathsParts {
  readonly now: () => Instant;
  readonly openAlarm: (wake: () => void) => Alarm;
  readonly run: RunCheck;
  readonly nannies: () => readonly Nanny[];
  readonly nanny: (key: RealServerKey) => Nanny | null;
  readonly report: (event: EventBody) => void;
}

/** What is shown of a real server: whether this router's own tries reach it, and why not. */
export interface OwnPathStatus {
  readonly reached: boolean;
  readonly why: string | null;
}

interface Target {
  /** Equal for tries that do the same. */
  readonly name: string;
  readonly check: TriedCheck;
  readonly endpoint: { readonly address: IpAddress; readonly port: number };
  readonly every: Ms;
  readonly keys: readonly RealServerKey[];
  path: OwnPath;
  next: Appointment | null;
}

/** A file of this machine has no way. */
const hasWay = ({ type }: TriedCheck): boolean => type !== "file";

/** More tries under way than these are not begun: servers that hang are no reason for a crowd. */
const underWayMax = 32;

export class OwnPaths {
  readonly #parts: OwnPathsParts;
  readonly #agenda: Agenda;
  #targets = new Map<string, Target>();
  #byKey = new Map<RealServerKey, Target[]>();
  /** Ends the tries of this stay as a standby; null: this router checks by itself. */
  #stay: AbortController | null = null;
  #underWay = 0;
  #closed = false;

  constructor(parts: OwnPathsParts) {
    this.#parts = parts;
    this.#agenda = new Agenda(parts.now, parts.openAlarm);
  }

  /** The nannies have another configuration. What is the same as before keeps its standing. */
  configure(): void {
    const before = this.#targets;
    this.#targets = new Map();
    this.#byKey = new Map();
    for (const { rules } of this.#parts.nannies()) {
      const { address, port, key } = rules;
      for (const check of checks(rules) ? triedChecks(rules.check).filter(hasWay) : []) {
        const endpoint = { address, port };
        const name = probeKey(check, endpoint);
        const known = this.#targets.get(name) ?? before.get(name);
        const keys = [...(this.#targets.get(name)?.keys ?? []), key];
        const { path = untriedPath, next = null } = known ?? {};
        const target = { name, check, endpoint, every: everyFor(check.interval), keys, path, next };
        this.#targets.set(name, target);
      }
    }
    for (const [name, { next }] of before) if (!this.#targets.has(name)) next?.cancel();
    for (const target of this.#targets.values())
      for (const key of target.keys)
        this.#byKey.set(key, [...(this.#byKey.get(key) ?? []), target]);
    this.#plan();
  }

  /** Whether this router believes its peer, which checks. */
  believe(on: boolean): void {
    if (on === (this.#stay !== null) || this.#closed) return;
    this.#stay?.abort();
    this.#stay = on ? new AbortController() : null;
    for (const target of this.#targets.values()) {
      target.next?.cancel();
      target.next = null;
      target.path = untriedPath;
    }
    this.#plan();
  }

  /** Null: nothing is known, or this router checks by itself. */
  status(key: RealServerKey): OwnPathStatus | null {
    const paths = (this.#byKey.get(key) ?? []).map(({ path }) => path);
    const lost = paths.find(({ standing }) => standing === "unreached");
    if (lost !== undefined) return { reached: false, why: lost.why };
    const known = paths.length > 0 && paths.every(({ standing }) => standing === "reached");
    return known ? { reached: true, why: null } : null;
  }

  close(): void {
    this.believe(false);
    this.#closed = true;
    this.#agenda.close();
  }

  /** The first tries of those that have none to come, spread over their turn. */
  #plan(): void {
    if (this.#stay === null) return;
    const now = this.#parts.now();
    const targets = [...this.#targets.values()].filter(({ next }) => next === null);
    for (const [index, target] of targets.entries())
      this.#tryAt(target, addMs(now, ms((target.every * (index + 1)) / targets.length)));
  }

  #tryAt(target: Target, when: Instant): void {
    target.next?.cancel();
    target.next = this.#agenda.at(when, () => {
      // A reload may have put another one into its place, which kept the appointment.
      const current = this.#targets.get(target.name);
      if (current === undefined) return;
      current.next = null;
      void this.#try(current);
    });
  }

  async #try(target: Target): Promise<void> {
    const stay = this.#stay;
    if (stay === null) return;
    let tried: OwnTry = { kind: "void" };
    if (this.#underWay < underWayMax) {
      this.#underWay += 1;
      tried = await this.#parts
        .run(target.check, target.endpoint, stay.signal)
        .then(said, (): OwnTry => ({ kind: "void" }));
      this.#underWay -= 1;
    }
    // A reload may have replaced it meanwhile, and its successor has tries of its own.
    if (this.#stay !== stay || this.#targets.get(target.name) !== target) return;
    this.#judge(target, tried);
    const wait = isDoubtful(target.path) ? repeatAfter : target.every;
    this.#tryAt(target, addMs(this.#parts.now(), wait));
  }

  #judge(target: Target, tried: OwnTry): void {
    const before = target.path;
    const up = target.keys.some((key) => this.#parts.nanny(key)?.verdict === "up");
    target.path = afterTry(before, tried, up);
    const was = before.standing === "unreached";
    const is = target.path.standing === "unreached";
    if (was === is) return;
    const [real_server = ""] = target.keys;
    const kind = is ? "unreached" : "reached";
    const text = is
      ? target.path.why
      : "its own try passes, or the active router reaches it no more";
    this.#parts.report({ event: "check", kind, real_server, text });
  }
}

const said = (tried: Tried): OwnTry => {
  if (tried.kind === "passed") return { kind: "passed" };
  const isOwn = tried.reason === "local" || tried.reason === "overdue";
  return isOwn ? { kind: "void" } : { kind: "failed", why: tried.why };
};
