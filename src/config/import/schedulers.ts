/** Schedulers of the old systems, by the names that the kernel knows. */
import { schedulers } from "../../model/service.ts";

/** Whether the kernel has a scheduler of this name. */
export const isScheduler = (name: string): boolean => schedulers.some((known) => known === name);

/**
 * lvsd gives these their `-fallback` flag unless the configuration says otherwise; the old systems
 * gave it only where it was written, so that its absence has to be written.
 */
export const hasFallback = (scheduler: string): boolean => scheduler === "sh" || scheduler === "mh";

/** The flags that the kernel knows by number, by scheduler (ip_vs.h, IP_VS_SVC_F_SCHED1 and 2). */
const numbered: Readonly<Record<string, string>> = { "flag-1": "fallback", "flag-2": "port" };

/**
 * Flags as lvsd writes them, and those that mean nothing to the scheduler: the kernel gives one bit
 * another meaning in each.
 */
export function schedulerFlags(
  scheduler: string,
  written: readonly string[],
): { readonly flags: readonly string[]; readonly ignored: readonly string[] } {
  const known = hasFallback(scheduler) ? [`${scheduler}-fallback`, `${scheduler}-port`] : [];
  const named = (flag: string): string =>
    Object.hasOwn(numbered, flag) ? `${scheduler}-${numbered[flag]}` : flag;
  return {
    flags: [...new Set(written.map(named).filter((flag) => known.includes(flag)))],
    ignored: written.filter((flag) => !known.includes(named(flag))),
  };
}
