/** Schedulers of the old systems, by the names that the kernel knows. */
import { schedulers } from "../../model/service.ts";

/** Whether the kernel has a scheduler of this name. */
export const isScheduler = (name: string): boolean => schedulers.some((known) => known === name);

/**
 * lvsd gives these their `-fallback` flag unless the configuration says otherwise; the old systems
 * gave it only where it was written, so that its absence has to be written.
 */
export const hasFallback = (scheduler: string): boolean => scheduler === "sh" || scheduler === "mh";
