/**
 * One try of a check: the contract between the nannies (daemon/health/nannies.ts) and the runners.
 *
 * A runner gets one AbortSignal that stands for the deadline over everything (connect, TLS,
 * answer); it never throws and never outlives the signal by more than a poll turn. Whatever a real
 * server answers ends in an outcome with a bounded reason. Runners are loaded when a check first
 * needs them.
 */
import type { Check } from "../config/config.ts";
import type { Outcome } from "../health/health.ts";
import { messageOf } from "../model/error.ts";
import { type Ms, ms } from "../model/time.ts";
import { contained, ofThisWork } from "./containment.ts";
import { type Endpoint, targetOf } from "./target.ts";
import { type Deadline, type FailureReason, failed, passed, type Verdict } from "./verdict.ts";

/** An `Outcome` that says, for the counters, what kind of failure it was. */
export type Tried = Outcome &
  (
    | { readonly kind: "passed" }
    | { readonly kind: "failed"; readonly why: string; readonly reason: FailureReason }
  );

/** Runs one try against `endpoint`; resolves within `check.timeout` or when `signal` aborts. */
export type RunCheck = (check: Check, endpoint: Endpoint, signal: AbortSignal) => Promise<Tried>;

export const runCheck: RunCheck = async (check, endpoint, signal) => {
  const started = performance.now();
  const took = (): Ms => ms(performance.now() - started);
  if (check.type === "none") return { ...passed, took: took() };
  const deadline = new AbortController();
  let end = (): void => {};
  let timer: NodeJS.Timeout | undefined;
  const verdict = await contained(`check ${check.type} of ${endpoint.address}`, () => {
    end = ofThisWork(() => deadline.abort());
    // A paused process wakes with its timers overdue and the answer unread: read once more first.
    timer = setTimeout(() => setImmediate(end), check.timeout);
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted) end();
    return attempt(check, endpoint, { signal: deadline.signal, timeout: check.timeout });
  }).catch((thrown: unknown) => {
    // What the runner has left open ends with the deadline's signal.
    deadline.abort();
    return failed("local", messageOf(thrown));
  });
  clearTimeout(timer);
  signal.removeEventListener("abort", end);
  return { ...verdict, took: took() };
};

/** Picks the runner. What it throws is a bug or a machine that lacks something. */
async function attempt(
  check: Exclude<Check, { type: "none" }>,
  endpoint: Endpoint,
  deadline: Deadline,
): Promise<Verdict> {
  switch (check.type) {
    case "tcp":
      return (await import("./stream.ts")).tryTcp(targetOf(check, endpoint), deadline);
    case "http":
    case "https":
      return (await import("./http.ts")).tryHttp(check, targetOf(check, endpoint), deadline);
    case "send_expect":
      return check.protocol === "tcp"
        ? (await import("./stream.ts")).trySendExpect(check, targetOf(check, endpoint), deadline)
        : (await import("./datagram.ts")).trySendExpect(check, targetOf(check, endpoint), deadline);
    case "command":
      return (await import("./command.ts")).tryCommand(check, endpoint, deadline);
    default:
      return check satisfies never;
  }
}
