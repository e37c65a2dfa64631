/** What a new configuration would change, as `lvsd plan` and `lvsd reload` report it. */

import type { Config } from "../../config/config.ts";
import type { PlanReport, RefusedPart } from "../../control/api.ts";
import type { Health } from "../../health/health.ts";
import { wholesAfter } from "../../health/virtual-server.ts";
import { isPrivate, printService, type ServiceIdentity } from "../../model/service.ts";
import {
  describeChange,
  describeRules,
  describeVip,
  namesIn,
  type PlannedChange,
} from "../../table/describe.ts";
import { desiredTable, type Idle, notIdle } from "../../table/desired.ts";
import { packetRules } from "../../table/packet-filter.ts";
import type { Change, Plan, Table } from "../../table/table.ts";
import { planVips } from "../../table/vips.ts";
import { changedSettings, healthAfter } from "./reload.ts";

/**
 * The way from `before` to `next`, with what is known of the real servers now. `plan` asks the
 * kernel what it would take to get to a table, and may throw a MachineError. `idle`: desired.ts.
 */
export async function planReport(
  before: Config,
  next: Config,
  health: Health,
  plan: (desired: Table) => Promise<Plan>,
  idle: Idle = notIdle,
): Promise<PlanReport> {
  const after = wholesAfter(next, healthAfter(health, before, next), health);
  const desired = desiredTable(next, after, idle);
  const changes = (await plan(desired)).changes.filter((change) => !isPrivate(serviceOf(change)));
  const vips = planVips(before.vips, next.vips);
  const names = namesIn(next, before);
  const touched = new Set(changes.map((change) => printService(serviceOf(change))));
  const shown = [...desired].filter(([, { identity }]) => !isPrivate(identity));
  return {
    ok: true,
    changes: [
      ...vips.add.map((vip) => describeVip("add", vip)),
      ...changes.map((change) => describeChange(change, names)),
      ...describeRules(packetRules(before), packetRules(next)),
      ...vips.remove.map((vip) => describeVip("delete", vip)),
    ],
    settings: changedSettings(before, next, (key) =>
      [health, after].some((each) => (each.get(key)?.tableWeight ?? null) !== null),
    ),
    unchanged_services: shown.filter(([key]) => !touched.has(key)).length,
    refused: [],
  };
}

const serviceOf = (change: Change): ServiceIdentity =>
  "destination" in change ? change.service : change.service.identity;

/** The plan after it was carried out, without what the kernel has refused. */
export function carriedOut(report: PlanReport, refused: readonly RefusedPart[]): PlanReport {
  const isRefused = ({ subject, text }: PlannedChange): boolean =>
    refused.some(
      (part) =>
        part.text === text ||
        (part.text.startsWith("add ") && subject.startsWith(`${part.subject}/`)),
    );
  return { ...report, changes: report.changes.filter((change) => !isRefused(change)), refused };
}
