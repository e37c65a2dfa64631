/**
 * How fit this router is: the faults from outside, those of our own, and those that have gone but
 * count for a while, because a router that comes and goes must not drag the VIPs with it.
 *
 * Towards the peer every fault counts; a router that hears nobody looks at the real ones only.
 */
import { type Fault, type FaultKind, faultKinds } from "../model/router.ts";
import {
  addMs,
  between,
  earliestAfter,
  type Instant,
  type Ms,
  ms,
  seconds,
} from "../model/time.ts";
import { type Router, set, type Turn } from "./router.ts";

/** The first hold-down, after the second loss of fitness; it doubles with every further one. */
const holdDownFirst: Ms = seconds(1);
/** Longer would turn a flapping link into an outage if the other router fails meanwhile. */
const holdDownMax: Ms = seconds(30);
/** After this long without a fault earlier losses are forgotten. */
const calmAfter: Ms = seconds(300);

/** Rank of the gravest fault; the higher, the fitter. `faultKinds.length`: fit. */
export function fitnessOf(kinds: readonly FaultKind[]): number {
  return Math.min(faultKinds.length, ...kinds.map((kind) => faultKinds.indexOf(kind)));
}

/** Kinds that forbid to hold when no peer is heard: the router may be the one that is cut off. */
const isolating: readonly FaultKind[] = ["link", "arbiter"];

/** The fault by which a router that hears no peer must not hold; null: none. A lone one may. */
export function isolatingFault({ rules, outside }: Router): Fault | null {
  if (rules.alone) return null;
  return outside.find(({ kind }) => isolating.includes(kind)) ?? null;
}

export const hasLinkFault = (faults: readonly Fault[]): boolean =>
  faults.some(({ kind }) => kind === "link");

/** Takes in the list of faults found outside. */
export function takeFaults(turn: Turn, outside: readonly Fault[]): void {
  const { router, now } = turn;
  const [wasFit, isFit] = [router.outside.length === 0, outside.length === 0];
  let { damping } = router;
  if (wasFit && !isFit) {
    const calm = router.fitSince !== null && between(router.fitSince, now) > calmAfter;
    damping = { ...damping, losses: calm ? 1 : damping.losses + 1, until: null };
  }
  if (!wasFit && isFit) {
    const length = holdDownOf(damping.losses);
    const until = length > 0 ? addMs(now, length) : null;
    damping = { ...damping, until, lastFaults: router.outside };
  }
  set(turn, { outside, damping });
}

function holdDownOf(losses: number): Ms {
  if (losses <= 1) return ms(0);
  return ms(Math.min(holdDownMax, holdDownFirst * 2 ** Math.min(losses - 2, 10)));
}

/** How many times longer a failback waits after so many losses of fitness. */
export const failbackFactor = ({ damping }: Router): number =>
  2 ** Math.min(Math.max(damping.losses - 1, 0), 4);

/** A double of ourselves counts as a fault for this many timeouts after its last word. */
export const doubleFor = 3;

/** Recomputes `faults` and `fitSince`, and reports what came and went. */
export function refreshFaults(turn: Turn, timeout: Ms): void {
  const { router, now } = turn;
  const faults = faultsAt(router, timeout, now);
  if (sameFaults(faults, router.faults)) return;
  for (const fault of faults)
    if (!router.faults.some((old) => isSame(old, fault)))
      turn.reports.push({
        event: "fault",
        kind: "raised",
        subject: nameOf(fault),
        text: fault.text,
      });
  for (const fault of router.faults)
    if (!faults.some((kept) => isSame(kept, fault)))
      turn.reports.push({
        event: "fault",
        kind: "cleared",
        subject: nameOf(fault),
        text: fault.text,
      });
  const fitSince = faults.length > 0 ? null : (router.fitSince ?? now);
  set(turn, { faults, fitSince });
}

const nameOf = ({ kind, subject }: Fault): string => `${kind} ${subject}`.trim();
const isSame = (a: Fault, b: Fault): boolean => a.kind === b.kind && a.subject === b.subject;
const sameFaults = (a: readonly Fault[], b: readonly Fault[]): boolean =>
  a.length === b.length && a.every((fault, index) => b[index]?.text === fault.text);

function faultsAt(router: Router, timeout: Ms, now: Instant): readonly Fault[] {
  const { until, lastFaults, losses } = router.damping;
  const double = doubleUntil(router, timeout);
  if (until === null && router.trouble === null && double === null && router.outside.length < 2)
    return router.outside;
  const faults: Fault[] = [...router.outside];
  if (until !== null && now < until && router.outside.length === 0)
    for (const { kind, subject } of lastFaults)
      faults.push({
        kind,
        subject,
        text: `${nameOf({ kind, subject, text: "" })} has failed ${losses} times of late; held down`,
      });
  if (router.trouble !== null && now < router.trouble.retryAt)
    faults.push({ kind: "claim", subject: "", text: `claim failed: ${router.trouble.why}` });
  if (double !== null && now < double)
    faults.push({
      kind: "role",
      subject: router.role,
      text: `another router is ${router.role} too`,
    });
  if (faults.length < 2) return faults;
  return faults.sort((a, b) => faultKinds.indexOf(a.kind) - faultKinds.indexOf(b.kind));
}

/** Until when a double of ourselves counts; null: none was heard. */
export const doubleUntil = ({ peer }: Router, timeout: Ms): Instant | null =>
  peer.doubleAt === null ? null : addMs(peer.doubleAt, ms(doubleFor * timeout));

/** When, after `since`, the list of faults changes by time alone; null: never. */
export const faultsChangeAt = (router: Router, timeout: Ms, since: Instant): Instant | null =>
  earliestAfter(
    since,
    router.damping.until,
    router.trouble?.retryAt ?? null,
    doubleUntil(router, timeout),
  );
