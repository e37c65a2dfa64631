/** A reconciler over a kernel in memory. */
export { until } from "../turns.ts";

import assert from "node:assert/strict";
import { afterEach } from "node:test";
import { type OwnedServices, Reconciler } from "../../../src/daemon/table/reconciler.ts";
import { parseSave, restoreLine } from "../../../src/kernel/ipvs-text.ts";
import { isRefused } from "../../../src/model/error.ts";
import type { EventBody } from "../../../src/model/event.ts";
import { addMs, ms } from "../../../src/model/time.ts";
import { now } from "../../../src/system/process/clock.ts";
import type { Table } from "../../../src/table/table.ts";
import { MemoryKernel } from "./memory-kernel.ts";

export function tableOf(...lines: readonly string[]): Table {
  const result = parseSave(lines.join("\n"));
  assert(!isRefused(result));
  return result.table;
}

export const web = "-A -t 192.0.2.1:80 -s wlc";
export const rs = (last: number, weight = 1) =>
  `-a -t 192.0.2.1:80 -r 10.0.0.${last}:80 -m -w ${weight}`;
export const foreign = "-A -t 198.51.100.1:25 -s rr";

export interface Bench {
  readonly kernel: MemoryKernel;
  readonly reconciler: Reconciler;
  readonly events: EventBody[];
  readonly owned: OwnedServices;
  readonly verdicts: string[];
  desired: Table;
  /** How far the clock has been put forward, in milliseconds. */
  ahead: number;
}

const open: Reconciler[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((reconciler) => reconciler.stop()));
});

export function bench(desired: Table): Bench {
  let keys: ReadonlySet<string> = new Set();
  const owned: OwnedServices = {
    keys: () => keys,
    replace: async (next) => {
      keys = next;
    },
  };
  const kernel = new MemoryKernel();
  const events: EventBody[] = [];
  const verdicts: string[] = [];
  const made: Bench = {
    kernel,
    events,
    owned,
    verdicts,
    desired,
    ahead: 0,
    reconciler: new Reconciler({
      ipvsadm: kernel,
      desired: () => made.desired,
      owned,
      report: (event) => events.push(event),
      now: () => addMs(now(), ms(made.ahead)),
      describe: (change) => ({
        area: "ipvs",
        action: "edit",
        subject: "web",
        text: restoreLine(change),
      }),
      refused: (change, reason) => verdicts.push(`refused ${restoreLine(change)}: ${reason}`),
      accepted: (change) => verdicts.push(`accepted ${restoreLine(change)}`),
      faultsChanged: () => {},
    }),
  };
  open.push(made.reconciler);
  return made;
}
