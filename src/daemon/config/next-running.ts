/** What a new configuration would be on this machine, or why this machine would not run it. Pure. */
import { unservableHere } from "../../config/address-kinds.ts";
import { devicesFail, missingOrigins } from "../../config/on-this-machine.ts";
import type { Refusal } from "../../control/api.ts";
import type { Role } from "../../model/router.ts";
import type { Interface } from "../../system/ip/ip.ts";
import { refusedNow, refusedText } from "../refused.ts";
import { onThisMachine, type Running, type Written } from "./running.ts";

export interface MachineNow {
  readonly interfaces: readonly Interface[];
  /** Whether a device takes IPv6 addresses; null: what this machine lacks is no reason. */
  readonly ipv6: ((device: string) => boolean) | null;
  /** The role of the command line. */
  readonly forced: Role | null;
  /** The role that it has; a reload does not change it. */
  readonly role: Role | null;
}

export function nextRunning(
  written: Written,
  { interfaces, ipv6, forced, role }: MachineNow,
): Running | Refusal {
  const next = onThisMachine(written, interfaces, forced);
  if (next === "waiting") return refusedNow("none of the routers' addresses is here");
  if ("problems" in next) return { ok: false, fault: "text", problems: next.problems };
  if (role !== null && next.role !== role)
    return refusedText(written.config.path, `it would make this ${role} the ${next.role}`);
  if (ipv6 === null) return next;
  const failing = [
    ...devicesFail(next.config, { interfaces, ipv6 }, next.places),
    ...missingOrigins(next.places, next.role, interfaces),
    ...unservableHere(next.config, interfaces),
  ];
  return failing.length > 0 ? { ok: false, fault: "text", problems: failing } : next;
}
