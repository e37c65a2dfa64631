/** A kernel that refuses some changes. */
import type { Change } from "../../../src/table/table.ts";
import type { Bench } from "./reconciler-bench.ts";

export const noScheduler = "Scheduler or persistence engine not found";

export const mail = "-A -t 192.0.2.1:25 -s";

export const mailRs = (last: number, weight = 1) =>
  `-a -t 192.0.2.1:25 -r 10.0.0.${last}:25 -m -w ${weight}`;

/** A kernel that lacks the scheduler fo. */
export const lacksFo = (change: Change): string | null =>
  (change.kind === "add-service" || change.kind === "edit-service") &&
  change.service.scheduler === "fo"
    ? noScheduler
    : null;

export const refusals = (made: Bench) =>
  made.events.flatMap((event) =>
    event.event === "ipvs" && event.kind === "refused" ? [event.subject] : [],
  );
