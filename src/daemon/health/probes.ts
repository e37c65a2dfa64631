/** The probes there are: one for each check of one endpoint, whoever wants its result. */
import type { Endpoint } from "../../checks/target.ts";
import type { TriedCheck } from "../../config/config.ts";
import { makeProbe, type Probe, phaseOf, probeKey } from "./probe.ts";

export class Probes implements Iterable<Probe> {
  readonly #byKey = new Map<string, Probe>();
  /** Each one that was ever made has a phase of its own. */
  #made = 0;

  /** The probe of this check, which may have to be made. */
  of(check: TriedCheck, endpoint: Endpoint): Probe {
    const key = probeKey(check, endpoint);
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const probe = makeProbe(key, check, endpoint, phaseOf(this.#made));
    this.#made += 1;
    this.#byKey.set(key, probe);
    return probe;
  }

  delete({ key }: Probe): void {
    this.#byKey.delete(key);
  }

  [Symbol.iterator](): IterableIterator<Probe> {
    return this.#byKey.values();
  }
}
