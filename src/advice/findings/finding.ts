/** What a finding of `lvsd doctor` is: one declaration in a file of its own. */
import type { Facts } from "./facts.ts";

/** `prevents`: service does not come about, or stops; `endangers`: it may; `advises`: to know. */
export const severities = ["prevents", "endangers", "advises"] as const;
export type Severity = (typeof severities)[number];

/** One thing that was found, with what was seen and a command that mends it. */
export interface Evidence {
  readonly seen: string;
  /** A command, or a line of the configuration with its key; null where there is none. */
  readonly remedy: string | null;
  /** Where it differs from the declaration's. */
  readonly severity?: Severity;
}

export interface Finding {
  readonly name: string;
  readonly severity: Severity;
  /** What it asks of the machine, for people. */
  readonly asks: string;
  /** What is wrong where it finds something: one sentence. */
  readonly says: string;
  /** Why that matters: sentences for the documentation. */
  readonly explains: string;
  readonly examine: (facts: Facts) => readonly Evidence[];
}
