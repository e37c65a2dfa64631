/**
 * Real servers of which this router's checks can say nothing, because this machine lacks something:
 * a fault of the router, by how many they are.
 */
import type { Tried } from "../../checks/check.ts";
import type { EventBody } from "../../model/event.ts";
import type { Fault } from "../../model/router.ts";
import type { Probe } from "./probe.ts";

/** Tries in a row: one alone may have met a moment without a free descriptor. */
const triesMin = 2;

interface Local {
  readonly tries: number;
  readonly why: string;
}

export class OwnTrouble {
  readonly #probes: () => Iterable<Probe>;
  readonly #changed: () => void;
  readonly #locals = new WeakMap<Probe, Local>();
  readonly #report: (event: EventBody) => void;
  #fault: Fault | null = null;
  /** The last try met trouble of this machine. */
  #isMet = false;

  /** `probes`: those that there are; `changed`: the fault is another one now. */
  constructor(
    probes: () => Iterable<Probe>,
    changed: () => void,
    report: (event: EventBody) => void,
  ) {
    this.#probes = probes;
    this.#changed = changed;
    this.#report = report;
  }

  get fault(): Fault | null {
    return this.#fault;
  }

  /** A try has ended; `examined`: for the peer's sake, and one is enough. */
  note(probe: Probe, tried: Tried, examined: boolean): void {
    this.#say(tried);
    const before = this.#locals.get(probe);
    if (tried.kind === "failed" && tried.reason === "local") {
      const tries = Math.min(triesMin, examined ? triesMin : (before?.tries ?? 0) + 1);
      this.#locals.set(probe, { tries, why: tried.why });
      if (tries === triesMin && before?.tries !== triesMin) this.look();
    } else if (before !== undefined) {
      this.#locals.delete(probe);
      if (before.tries === triesMin) this.look();
    }
  }

  /** What this machine lacks says nothing about real servers; operators must hear of it once. */
  #say(tried: Tried): void {
    const why = tried.kind === "failed" && tried.reason === "local" ? tried.why : null;
    if (why !== null && !this.#isMet) {
      const text = `checks cannot be tried on this machine: ${why}`;
      this.#report({ event: "machine", kind: "failed", text });
    }
    this.#isMet = why !== null;
  }

  /** Looks again at which probes there are. */
  look(): void {
    const troubled = new Set<string>();
    let why = "";
    for (const probe of this.#probes()) {
      const local = this.#locals.get(probe);
      if (local?.tries !== triesMin) continue;
      why ||= local.why;
      for (const key of probe.nannies) troubled.add(key);
    }
    const count = troubled.size;
    if (count === (this.#fault?.count ?? 0)) return;
    const servers = count === 1 ? "1 real server" : `${count} real servers`;
    const text = `${servers} cannot be checked from this machine: ${why}`;
    this.#fault = count === 0 ? null : { kind: "checks", subject: "", text, count };
    this.#changed();
  }
}
