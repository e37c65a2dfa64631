/** Nannies with a clock and runners of their own. */
import type { TestContext } from "node:test";
import type { Tried } from "../../../src/checks/check.ts";
import type { FailureReason } from "../../../src/checks/check-result.ts";
import type { Endpoint } from "../../../src/checks/target.ts";
import type { Check, Config, RealServer, VirtualServer } from "../../../src/config/config.ts";
import { Nannies } from "../../../src/daemon/health/nannies.ts";
import type { Nanny } from "../../../src/health/nanny.ts";
import type { EventBody } from "../../../src/model/event.ts";
import { ms } from "../../../src/model/time.ts";
import { now } from "../../../src/system/process/clock.ts";
import { until } from "../../checks/servers.ts";
import { config, realServer, tcpCheck, virtualServer } from "../../table/configs.ts";
import { address } from "../../table/tables.ts";

export const quick = tcpCheck({ interval: ms(40), timeout: ms(40) });

export const pass = (): Tried => ({ kind: "passed", took: ms(1) });

export const passed = pass();

export const failure = (reason: FailureReason, why: string): Tried => ({
  kind: "failed",
  reason,
  why,
  took: ms(1),
});

export interface Start {
  readonly at: number;
  readonly endpoint: string;
  readonly check: Check;
}

/** Nannies whose tries are answered by `answer`, and everything they did. */
export function watched(
  context: TestContext,
  answer: (endpoint: Endpoint, signal: AbortSignal) => Tried | Promise<Tried> = () => passed,
) {
  const starts: Start[] = [];
  const changes: { key: string; before: string | null; after: string; cause: string }[] = [];
  const reports: EventBody[] = [];
  let underway = 0;
  let underwayMost = 0;
  const nannies = new Nannies({
    now,
    run: async (check, endpoint, signal) => {
      starts.push({ at: now(), endpoint: `${endpoint.address}:${endpoint.port}`, check });
      underway += 1;
      underwayMost = Math.max(underwayMost, underway);
      const tried = await answer(endpoint, signal);
      underway -= 1;
      return tried;
    },
    changed: (before: Nanny | null, after: Nanny) =>
      changes.push({
        key: after.rules.key,
        before: before?.health.state ?? null,
        after: after.health.state,
        cause: after.cause,
      }),
    report: (event) => reports.push(event),
  });
  context.after(() => nannies.stop());
  const state = (key: string) => nannies.nanny(key)?.health.state ?? null;
  return { nannies, starts, changes, reports, state, most: () => underwayMost };
}

export const farm = (count: number, check: Check = quick): RealServer[] =>
  Array.from({ length: count }, (_, index) =>
    realServer(`rs${index}`, { address: address(`10.0.${index >> 8}.${index & 255}`), check }),
  );

export const web = (
  realServers: readonly RealServer[],
  changes: Partial<VirtualServer> = {},
): Config => config(virtualServer("web", { realServers, ...changes }));

/** Lets a nanny with the quick check miss so many turns. */
export async function intervals(count: number): Promise<void> {
  const end = now() + count * quick.interval;
  await until("the time is over", () => now() >= end);
}
