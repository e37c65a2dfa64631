/**
 * How fit this router is: the faults from outside, those of our own, and those that have gone but
 * count for a while, because a router that comes and goes must not drag the VIPs with it.
 *
 * Towards the peer every fault counts; a router that hears no peer looks at the real ones only.
 */
import {
  type Fault,
  type FaultKind,
  faultKinds,
  isPartial,
  type Unfitness,
} from "../model/router.ts";
import {
  addMs,
  between,
  earliestAfter,
  type Instant,
  type Ms,
  ms,
  seconds,
} from "../model/time.ts";
import { type Router, set, type Transition } from "./router.ts";

/** The first hold-down, after the second loss of fitness; it doubles with every further one. */
const holdDownFirst: Ms = seconds(1);
/** Longer would turn a flapping link into an outage if the other router fails meanwhile. */
const holdDownMax: Ms = seconds(30);
/** After this long without a fault earlier losses are forgotten. */
const calmAfter: Ms = seconds(300);

/** What the wire has room for. */
const countMax = 65535;

/** The kinds of these faults with how much of each, the gravest first; empty: fit. */
export function unfitnessOf(faults: readonly Fault[]): readonly Unfitness[] {
  if (faults.length === 0) return fit;
  return faultKinds.flatMap((kind): Unfitness[] => {
    const alike = faults.filter((fault) => fault.kind === kind);
    if (alike.length === 0) return [];
    const sum = alike.reduce((total, { count = 1 }) => total + count, 0);
    return [{ kind, count: isPartial({ kind }) ? Math.min(sum, countMax) : 1 }];
  });
}

const fit: readonly Unfitness[] = [];

/**
 * Above 0: `a` is fitter than `b`; 0: alike. The gravest kind of which one has more decides, so
 * that what both have in common moves nothing. Both routers compute it from the same two lists.
 */
export function compareFitness(a: readonly Unfitness[], b: readonly Unfitness[]): number {
  for (const kind of faultKinds) {
    const more = amountOf(b, kind) - amountOf(a, kind);
    if (more !== 0) return more;
  }
  return 0;
}

/**
 * The kind by which alone `b` is the fitter one, where that is in doubt at first: the two routers
 * do not find out at the same time about an arbiter, or about checks. Null: no such kind.
 */
export function doubtfulLead(
  a: readonly Unfitness[],
  b: readonly Unfitness[],
): "arbiter" | "checks" | null {
  if (compareFitness(a, b) >= 0) return null;
  for (const doubtful of ["arbiter", "checks"] as const) {
    const rest = (list: readonly Unfitness[]) => list.filter(({ kind }) => kind !== doubtful);
    if (compareFitness(rest(a), rest(b)) >= 0) return doubtful;
  }
  return null;
}

const amountOf = (list: readonly Unfitness[], kind: FaultKind): number =>
  list.find((each) => each.kind === kind)?.count ?? 0;

/** For people: `link, vip (3)`. */
export const printUnfitness = (list: readonly Unfitness[]): string =>
  list.map(({ kind, count }) => (count === 1 ? kind : `${kind} (${count})`)).join(", ");

/** Kinds that forbid to hold when no peer is heard: the router may be the one that is cut off. */
const isolating: readonly FaultKind[] = ["link", "arbiter"];

/** The fault by which a router that hears no peer must not hold; null: none. A lone one may. */
export function isolatingFault({ rules, outside }: Router): Fault | null {
  if (rules.alone) return null;
  return outside.find(({ kind }) => isolating.includes(kind)) ?? null;
}

export const hasLinkFault = (faults: readonly Fault[]): boolean =>
  faults.some(({ kind }) => kind === "link");

/**
 * Takes in the list of faults found outside. Behind a fault that costs everything others come and
 * go as part of the same loss; one that costs a part may stay for long, and hides nothing.
 */
export function takeFaults(transition: Transition, outside: readonly Fault[]): void {
  const { router, now } = transition;
  const change = compareFitness(unfitnessOf(outside), unfitnessOf(router.outside));
  let { damping } = router;
  if (change < 0 && router.outside.every(isPartial)) {
    const calm = router.fitSince !== null && between(router.fitSince, now) > calmAfter;
    damping = { ...damping, losses: calm ? 1 : damping.losses + 1, until: null };
  }
  if (change > 0 && outside.every(isPartial)) {
    const length = holdDownOf(damping.losses);
    const until = length > 0 ? addMs(now, length) : null;
    damping = { ...damping, until, lastFaults: router.outside };
  }
  // What could not be claimed may go now: a claim that failed says nothing any more.
  const mended = claimKinds.some(
    (kind) => amountOf(unfitnessOf(outside), kind) < amountOf(unfitnessOf(router.outside), kind),
  );
  set(transition, { outside, damping, trouble: mended ? null : router.trouble });
}

const claimKinds: readonly FaultKind[] = ["claim", "vip"];

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
export function refreshFaults(transition: Transition, timeout: Ms): void {
  const { router, now } = transition;
  const faults = faultsAt(router, timeout, now);
  if (sameFaults(faults, router.faults)) return;
  for (const fault of faults)
    if (!router.faults.some((old) => isSame(old, fault)))
      transition.reports.push({
        event: "fault",
        kind: "raised",
        subject: nameOf(fault),
        text: fault.text,
      });
  for (const fault of router.faults)
    if (!faults.some((kept) => isSame(kept, fault)))
      transition.reports.push({
        event: "fault",
        kind: "cleared",
        subject: nameOf(fault),
        text: fault.text,
      });
  const same = compareFitness(unfitnessOf(faults), unfitnessOf(router.faults)) === 0;
  const since = same ? (router.fitSince ?? now) : now;
  set(transition, { faults, fitSince: faults.every(isPartial) ? since : null });
}

const nameOf = ({ kind, subject }: Fault): string => `${kind} ${subject}`.trim();
const isSame = (a: Fault, b: Fault): boolean => a.kind === b.kind && a.subject === b.subject;
const sameFaults = (a: readonly Fault[], b: readonly Fault[]): boolean =>
  a.length === b.length &&
  a.every((fault, at) => b[at]?.text === fault.text && b[at]?.count === fault.count);

function faultsAt(router: Router, timeout: Ms, now: Instant): readonly Fault[] {
  const { until, lastFaults, losses } = router.damping;
  const double = doubleUntil(router, timeout);
  if (until === null && router.trouble === null && double === null && router.outside.length < 2)
    return router.outside;
  const faults: Fault[] = [...router.outside];
  if (until !== null && now < until)
    for (const fault of lastFaults.filter((one) => !router.outside.some((is) => isSame(is, one))))
      faults.push({
        ...fault,
        text: `${nameOf(fault)} has failed ${losses} times of late; held down`,
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
