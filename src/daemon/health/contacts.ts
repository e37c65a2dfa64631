/**
 * Which probes have met a real server, by their own tries: what this router reaches, in one word.
 * Counted as tries end, so that asking costs nothing however many there are.
 */
import type { FailureReason } from "../../check/reason.ts";
import type { Tried } from "../../checks/check.ts";
import type { Reach } from "../../model/router.ts";
import type { Instant } from "../../model/time.ts";
import type { Probe } from "./probe.ts";

/** Tries in a row: one alone may have been unlucky. */
const missesMin = 2;

interface Contact {
  /** 0: the last try met the real server. */
  readonly misses: number;
  readonly why: string;
}

/**
 * Failures by which no word of the real server has come here, as far as can be seen; and TLS: a
 * clock that is wrong on this machine alone finds every certificate expired.
 */
const silent: ReadonlySet<FailureReason> = new Set(["unreachable", "timeout", "exit", "tls"]);

/** What a try says of the way to the real server; null: nothing, it was about this machine. */
function hasMet(tried: Tried): boolean | null {
  if (tried.kind === "passed") return true;
  if (tried.reason === "local" || tried.reason === "overdue") return null;
  return !silent.has(tried.reason);
}

/** A file on this machine reaches no server. */
export const goesNowhere = ({ check }: Probe): boolean => check.type === "file";

export class Contacts {
  readonly #contacts = new Map<Probe, Contact>();
  #met = 0;
  #missed = 0;
  #roundSince: Instant | null = null;
  /** Those that have missed by a try of this round. */
  readonly #round = new Set<Probe>();

  /** A try that began at `started` has ended. */
  note(probe: Probe, tried: Tried, started: Instant): void {
    const met = goesNowhere(probe) ? null : hasMet(tried);
    if (met === null) return;
    const known = this.#contacts.get(probe);
    if (met && known?.misses === 0) return;
    const misses = met ? 0 : Math.min(missesMin, (known?.misses ?? 0) + 1);
    const why = tried.kind === "failed" ? tried.why : "";
    this.forget(probe);
    this.#contacts.set(probe, { misses, why });
    this.#count(misses, 1);
    if (misses === missesMin && this.#roundSince !== null && started >= this.#roundSince)
      this.#round.add(probe);
  }

  /** The probe is gone. */
  forget(probe: Probe): void {
    const known = this.#contacts.get(probe);
    if (known === undefined) return;
    this.#contacts.delete(probe);
    this.#round.delete(probe);
    this.#count(known.misses, -1);
  }

  /** From now on nothing is tried here: what was met grows old. */
  clear(): void {
    this.#contacts.clear();
    this.#round.clear();
    this.#met = 0;
    this.#missed = 0;
    this.#roundSince = null;
  }

  /** `none` needs two tries in a row of every probe that says anything. */
  get reach(): Reach {
    if (this.#met > 0) return "some";
    return this.#missed > 0 && this.#missed === this.#contacts.size ? "none" : "unknown";
  }

  /** Whether every probe has missed by a try that began at `since` or later. */
  missedSince(since: Instant): boolean {
    if (this.#roundSince !== since) {
      this.#roundSince = since;
      this.#round.clear();
    }
    return this.#missed > 0 && this.#round.size === this.#contacts.size;
  }

  /** Why one of those that reach no server does not. */
  get why(): string {
    for (const { misses, why } of this.#contacts.values()) if (misses > 0) return why;
    return "";
  }

  #count(misses: number, by: 1 | -1): void {
    if (misses === 0) this.#met += by;
    else if (misses === missesMin) this.#missed += by;
  }
}
