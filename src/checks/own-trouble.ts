/**
 * What this machine lacks when a check has failed: then the failure says nothing of the real
 * server. Looked for only after a failure, so that checks that pass cost nothing.
 */
import { readFileSync } from "node:fs";
import { type CheckResult, failed } from "./check-result.ts";

/** Files of the table of connections that this namespace tracks (nf_conntrack-sysctl). */
const countFile = "/proc/sys/net/netfilter/nf_conntrack_count";
const maxFile = "/proc/sys/net/netfilter/nf_conntrack_max";

/** A full table loses some entries all the time: so close to its end new ones are refused. */
const fullFrom = 0.98;

/** How long, in ms, what was read holds: a thousand checks may fail at once. */
const holds = 200;

let read: { readonly at: number; readonly trouble: string | null } | null = null;

/** The trouble of a machine with so many tracked connections; null: none. */
export const trackingTrouble = (count: number, max: number): string | null =>
  max > 0 && count >= max * fullFrom
    ? `the connection-tracking table is full (${count} of ${max}); raise net.netfilter.nf_conntrack_max`
    : null;

function trackingHere(): string | null {
  const now = performance.now();
  if (read === null || now - read.at > holds) {
    let trouble: string | null = null;
    try {
      const number = (path: string): number => Number(readFileSync(path, "latin1"));
      trouble = trackingTrouble(number(countFile), number(maxFile));
    } catch {
      // Without the module nothing is tracked.
    }
    read = { at: now, trouble };
  }
  return read.trouble;
}

/** The verdict, blamed on this machine where it is to blame. */
export function blamed(verdict: CheckResult): CheckResult {
  if (verdict.kind === "passed") return verdict;
  if (verdict.reason !== "timeout" && verdict.reason !== "unreachable") return verdict;
  const trouble = trackingHere();
  return trouble === null ? verdict : failed("local", trouble);
}
