/**
 * Finer weights than the kernel has. Its weights are whole numbers, so a weight of 1 cannot rise
 * slowly or follow a load. Where one real server of a virtual server is to have a fraction of its
 * weight, all weights of that virtual server in the table are multiplied by its scale: the shares
 * are the same. Without a fraction the table has the weights of the configuration.
 */
import { type Scheduler, weightMax } from "../../model/service.ts";
import { type Checks, triedChecks } from "../config.ts";
import { loadBounds } from "../schema/load-monitor.ts";

/**
 * To these schedulers a weight is a share of all. The others do not look at weights, or take them
 * as numbers of connections (lblc, lblcr, ovf), of slots (sh) or as a rank (fo).
 */
const byShare: readonly Scheduler[] = ["wlc", "wrr", "sed", "nq", "mh"];

/** Steps of the lowest weight, where there are any. */
const steps = 100;
/** A rise in this many steps of whole weights is slow enough, */
const rises = 4;
/** and a load is followed well enough in this many. */
const follows = 10;

export interface Weighed {
  readonly scheduler: Scheduler;
  readonly slowStart: number;
  readonly loadMonitor: "none" | Parameters<typeof loadBounds>[0];
  readonly realServers: readonly { readonly weight: number; readonly check: Checks }[];
}

/** What weights are multiplied by in the table while one is a fraction; 1: there are none. */
export function weightScale({ scheduler, slowStart, loadMonitor, realServers }: Weighed): number {
  const monitored = loadMonitor !== "none";
  const enough = monitored ? follows : slowStart > 0 ? rises : 0;
  const weights = realServers.map(({ weight }) => weight).filter((weight) => weight > 0);
  const lowest = Math.min(...weights);
  if (!byShare.includes(scheduler) || weights.length === 0 || lowest >= enough) return 1;
  // Weights that checks give have no bound known here, by which a scaled table could be recognised.
  if (realServers.some(({ check }) => givesWeight(check))) return 1;
  const highest = Math.max(...weights) * (monitored ? highestFactor(loadMonitor) : 1);
  return Math.max(1, Math.min(Math.ceil(steps / lowest), Math.floor(weightMax / highest)));
}

/** How far above the configured weight a load monitor may go. */
export const highestFactor = (loadMonitor: Weighed["loadMonitor"]): number =>
  loadMonitor === "none" ? 1 : loadBounds(loadMonitor).maxPercent / 100;

/** Whether a check says which weight its real server is to have. */
export const givesWeight = (check: Checks): boolean =>
  triedChecks(check).some(
    (each) =>
      (each.type === "command" && each.convention === "keepalived") ||
      (each.type === "file" && each.number === "weight"),
  );
