/** Nannies of one real server, and what they are fed. */
import fc from "fast-check";
import type { RealServer, VirtualServer } from "../../src/config/config.ts";
import { type Nanny, type NannyInput, nannyRules, step } from "../../src/health/nanny.ts";
import { addMs, type Instant, instant, ms, seconds } from "../../src/model/time.ts";
import { realServer, virtualServer } from "../table/configs.ts";

export const start = instant(1000);

export interface Changes {
  readonly vs?: Partial<VirtualServer>;
  readonly rs?: Partial<RealServer>;
}

export const rules = ({ vs, rs }: Changes = {}) =>
  nannyRules(virtualServer("web", vs), realServer("rs1", { weight: 3, ...rs }));

export const passed: NannyInput = { kind: "tried", outcome: { kind: "passed", took: ms(2) } };

export const failed: NannyInput = {
  kind: "tried",
  outcome: { kind: "failed", took: ms(5), why: "connection refused" },
};

export const toldUp: NannyInput = { kind: "learned", standing: "up" };

export const toldDown: NannyInput = { kind: "learned", standing: "down" };

export const refused: NannyInput = { kind: "table-refused", why: "Numerical result out of range" };

export const accepted: NannyInput = { kind: "table-accepted" };

export const found = (weight: number): NannyInput => ({ kind: "adopted", weight });

export const after = (length: number): Instant => addMs(start, ms(length));

/** All inputs one second apart, the first one second after the start. */
export function run(nanny: Nanny, ...inputs: readonly NannyInput[]): Nanny {
  return inputs.reduce((now, input, index) => step(now, input, after((index + 1) * 1000)), nanny);
}

export const stands = (nanny: Nanny): string => `${nanny.health.state} ${nanny.health.tableWeight}`;

export const quiesce = { vs: { quiesce: true } };

export const reentry = { vs: { reentry: seconds(15) } };

export const inputs: fc.Arbitrary<NannyInput> = fc.constantFrom<NannyInput>(
  passed,
  failed,
  toldUp,
  toldDown,
  refused,
  accepted,
  { kind: "wake" },
  found(0),
  found(3),
);
