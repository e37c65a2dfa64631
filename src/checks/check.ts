/**
 * One try of a check: the contract between the nannies (daemon/health/nannies.ts) and the runners.
 *
 * A runner gets one AbortSignal that stands for the deadline over everything (connect, TLS,
 * answer); it never throws and never outlives the signal by more than a poll turn. Whatever a real
 * server answers ends in an outcome with a bounded reason. Runners are loaded when a check first
 * needs them.
 */
import { typeNamed } from "../check/check-types.ts";
import type { Check, TriedCheck } from "../config/config.ts";
import type { TryOutcome } from "../health/health.ts";
import { messageOf } from "../model/error.ts";
import { type Ms, ms } from "../model/time.ts";
import { lookAtOnce } from "../system/net/real-servers/readiness.ts";
import {
  type CheckResult,
  type Deadline,
  type FailureReason,
  failed,
  type Passed,
  passed,
} from "./check-result.ts";
import { contained, ofThisWork } from "./containment.ts";
import type { RunsDialogue } from "./dialogue.ts";
import { drivers } from "./drivers.ts";
import { blamed } from "./own-trouble.ts";
import { tryConnecting } from "./plain.ts";
import { type RunCommand, runUnprivileged } from "./program/unprivileged.ts";
import { type Endpoint, targetOf } from "./target.ts";
import type { Transcript } from "./transcript.ts";

/** An `TryOutcome` that says, for the counters, what kind of failure it was. */
export type Tried = TryOutcome &
  (Passed | { readonly kind: "failed"; readonly why: string; readonly reason: FailureReason });

/** Runs one try against `endpoint`; resolves within `check.timeout` or when `signal` aborts. */
export type RunCheck = (
  check: Check,
  endpoint: Endpoint,
  signal: AbortSignal,
  /** Gets what is said and heard. */
  transcript?: Transcript,
) => Promise<Tried>;

/** What runs checks; commands among them are run by `run`. */
export const checksWith =
  (run: RunCommand): RunCheck =>
  async (check, endpoint, signal, transcript) => {
    const started = performance.now();
    const took = (): Ms => ms(performance.now() - started);
    if (check.type === "none") return { ...passed, took: took() };
    if (connectsOnly(check)) {
      const limits = { signal, timeout: check.timeout };
      const deadline = transcript ? { ...limits, transcript } : limits;
      const verdict = await tryConnecting(targetOf(check, endpoint), deadline);
      return { ...blamed(verdict), took: took() };
    }
    const deadline = new AbortController();
    const secrets: string[] = [];
    let end = (): void => {};
    let timer: NodeJS.Timeout | undefined;
    const verdict = await contained(`check ${check.type} of ${endpoint.address}`, () => {
      end = ofThisWork(() => deadline.abort());
      // A paused process wakes with its timers overdue and the answer unread: read once more first.
      timer = setTimeout(() => {
        lookAtOnce();
        setImmediate(end);
      }, check.timeout);
      signal.addEventListener("abort", end, { once: true });
      if (signal.aborted) end();
      const limits = { signal: deadline.signal, timeout: check.timeout, run, secrets };
      return attempt(check, endpoint, transcript ? { ...limits, transcript } : limits);
    }).catch((thrown: unknown) => {
      // What the runner has left open ends with the deadline's signal.
      deadline.abort();
      return failed("local", messageOf(thrown));
    });
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
    return { ...(await withoutThem(blamed(verdict), secrets)), took: took() };
  };

/** The verdict without what is secret. What hides it is loaded where there is something to hide. */
async function withoutThem(verdict: CheckResult, secrets: readonly string[]): Promise<CheckResult> {
  if (verdict.kind === "passed" || secrets.length === 0) return verdict;
  const { reasonWithout } = await import("./transcript.ts");
  return { ...verdict, why: reasonWithout(verdict.why, secrets) };
}

/** Commands run as children of this process. */
export const runCheck: RunCheck = checksWith(runUnprivileged);

/**
 * Whether all that its type does is to connect: then there is nothing to load, and no code of a
 * library to contain.
 */
function connectsOnly(check: TriedCheck): boolean {
  const { runs } = typeNamed(check.type);
  if (runs.by !== "dialogue" || runs.begin !== undefined) return false;
  const { protocol, tls } = (runs as RunsDialogue).transport(check as never);
  return protocol === "tcp" && tls === null;
}

/** Runs it as its type says. What it throws is a bug or a machine that lacks something. */
async function attempt(
  check: TriedCheck,
  endpoint: Endpoint,
  deadline: Deadline,
): Promise<CheckResult> {
  const { runs } = typeNamed(check.type);
  const target = targetOf(check, endpoint);
  switch (runs.by) {
    case "nothing":
      return passed;
    case "dialogue":
      return (await import("./dialogue.ts")).tryDialogue(
        check,
        // Each type's functions take the checks that the type settled.
        runs as RunsDialogue,
        target,
        deadline,
      );
    case "driver": {
      const load = drivers[runs.driver];
      if (load === undefined) return failed("local", `there is no driver ${runs.driver}`);
      return (await load())(check as never, target, deadline);
    }
    default:
      return runs satisfies never;
  }
}
