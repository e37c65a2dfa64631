/**
 * Taking in what was heard, and what silence means.
 *
 * Invariant: only `wake` declares a peer dead, and only after a poll turn in which what had arrived
 * was read; any word of the proven peer takes that back.
 */
import type { Header, Message } from "../../heartbeat/message.ts";
import { type HeardRefusal, hear, silentPaths } from "../../heartbeat/peer.ts";
import { isRefused } from "../../model/error.ts";
import {
  addMs,
  between,
  earliest,
  type Instant,
  type Ms,
  ms,
  printDuration,
} from "../../model/time.ts";
import { fallsBack, speakOwn } from "../pulse/dialect.ts";
import {
  type Conflict,
  deathAt,
  heardAtOf,
  holding,
  isMutual,
  type Router,
  set,
  slowerInterval,
  type Transition,
  timeout,
} from "../router.ts";
import { hurryEvery, strangerEvery } from "./speech.ts";
import { gateAfterWord } from "./takeover.ts";

/**
 * The longest announced restart that is believed: beyond it a hold would be a denial of service.
 */
const holdForMax: Ms = ms(60_000);
/** A verdict that comes later than this after its time waits for one more poll turn. */
const verdictLateMax: Ms = ms(2);

/** An authentic datagram: a message, or the header of another major version. */
export function heard(
  transition: Transition,
  path: number,
  header: Header,
  message: Message | null,
): void {
  const { router, now } = transition;
  // On its way when a reload changed what is spoken.
  if (router.rules.protocol === "pulse") return;
  const patience = ms(Math.min(2 * slowerInterval(router), timeout(router) / 2));
  const result = hear(router.peer, path, header, now, patience);
  if (isRefused<HeardRefusal>(result)) {
    transition.effects.push({ kind: "refused", reason: result.refused, detail: result.detail });
    return;
  }
  const { peer, verdict } = result;
  set(transition, { peer });
  if (verdict.kind === "newest" || verdict.kind === "older")
    reportPath(transition, router, path, verdict.gap);
  if (verdict.kind === "stranger") stranger(transition, header, verdict.known);
  if (verdict.kind === "double") double(transition, router, header);
  if (verdict.kind === "newest") {
    if (message === null) otherVersion(transition, header.major);
    newest(transition, router, message);
  }
}

function stranger(transition: Transition, header: Header, known: boolean): void {
  const detail = `boot id ${header.boot}, sequence ${header.sequence}`;
  transition.effects.push({ kind: "refused", reason: "unconfirmed", detail });
  if (known) return;
  speakSoon(transition);
}

/** A beat out of turn, but no more often than whoever causes it may make us speak. */
export function speakSoon(transition: Transition): void {
  const { router, now } = transition;
  const soonest = addMs(router.lastSentAt ?? now, strangerEvery);
  set(transition, { answerAt: Math.max(now, soonest) as Instant });
}

function double(transition: Transition, before: Router, header: Header): void {
  const last = before.peer.doubleAt;
  if (last !== null && between(last, transition.now) < 3 * timeout(before)) return;
  const text = `another router is ${header.role} too: its boot id is ${header.boot}`;
  transition.reports.push({ event: "peer", kind: "role-conflict", text });
}

function otherVersion(transition: Transition, major: number): void {
  if (transition.router.versionSaid === major) return;
  set(transition, { versionSaid: major });
  const text = `the peer speaks major version ${major} of the heartbeat; it is left alone`;
  transition.reports.push({ event: "peer", kind: "version", text });
}

/** A word has come on this path, so long after the one before. */
export function reportPath(
  transition: Transition,
  before: Router,
  path: number,
  gap: Ms | null,
): void {
  const name = before.rules.paths[path] ?? String(path);
  if (before.peer.paths[path]?.alive !== true) {
    const text = `the peer is heard on path ${name}`;
    transition.reports.push({ event: "peer", kind: "path-alive", path: name, text });
    return;
  }
  const interval = before.peer.message?.interval ?? before.rules.interval;
  const limit = Math.max(before.rules.warnAfter, 2 * interval);
  if (gap === null || gap <= limit) return;
  set(transition, { lateBeats: transition.router.lateBeats + 1 });
  const lateness = Math.round(gap - interval);
  transition.reports.push({ event: "peer", kind: "late", path: name, lateness_ms: lateness });
}

/** The newest word of the proven peer. */
function newest(transition: Transition, before: Router, message: Message | null): void {
  const { now } = transition;
  speakOwn(transition);
  const left = message?.leaving === true && !message.holds;
  const hold = Math.min(message?.holdFor ?? 0, holdForMax);
  set(transition, {
    peerAlive: !left,
    peerLeft: left,
    looking: false,
    holdUntil: hold > 0 ? addMs(now, ms(hold)) : null,
  });
  if (before.peerAlive && left) died(transition, "the peer has stopped");
  if (left) return;
  if (!before.peerAlive)
    transition.reports.push({ event: "peer", kind: "alive", text: "the peer is heard" });
  // A restarting peer goes as soon as it knows that its request to hold was heard; one that misses
  // our beats is about to judge.
  if ((hold > 0 && before.holdUntil === null) || message?.asks === true) {
    const soonest = addMs(before.lastSentAt ?? now, hurryEvery);
    set(transition, { answerAt: Math.max(now, soonest) as Instant });
  }
  if (message !== null) learn(transition, before, message);
}

function learn(transition: Transition, before: Router, message: Message): void {
  const { router, now } = transition;
  const termSeen = Math.max(router.termSeen, message.term, message.termSeen);
  // An adopted holder starts without memory: it goes on above what the peer remembers.
  const raised = router.vipHold === "held" && !message.holds && termSeen > router.term;
  const adopting = raised && router.found === "kept" && router.role === "backup";
  const echoed = message.echo?.boot === router.boot ? message.echo.sequence : 0;
  const longer = router.rhythmFrom !== null && echoed >= router.rhythmFrom;
  set(transition, {
    termSeen: raised ? termSeen + 1 : termSeen,
    term: raised ? termSeen + 1 : router.term,
    suspended: followsSuspension(router, message) || (adopting && message.suspended),
    rhythm: longer ? router.rules.interval : router.rhythm,
    rhythmFrom: longer ? null : router.rhythmFrom,
    begun: true,
  });
  if (!isMutual(transition.router)) set(transition, { mutualSince: null });
  else {
    const gate = gateAfterWord(transition.router, before.peer.boot ?? "", timeout(router), now);
    set(transition, { mutualSince: router.mutualSince ?? now, gate });
  }
  compareIdentity(transition, message);
  compareConfig(transition, message);
}

/** The holder knows; the other one remembers what the holder has said. */
function followsSuspension(router: Router, message: Message): boolean {
  if (holding(router) || router.vipHold === "releasing") return router.suspended;
  return message.holds ? message.suspended : router.suspended;
}

/**
 * Who the two are is in both files; where these differ, operators are to know on both. A change
 * that is stored on both reaches one of them first: what is over within a time-out is no conflict.
 */
function compareIdentity(transition: Transition, message: Message): void {
  const { router, now } = transition;
  const found = conflictsWith(router, message);
  const since = found.length === 0 ? null : (router.conflictSince ?? now);
  const lasts = since !== null && between(since, now) >= timeout(router);
  const conflicts = lasts ? found : router.conflicts.filter((known) => isIn(found, known));
  if (since === router.conflictSince && sameConflicts(conflicts, router.conflicts)) return;
  set(transition, { conflicts, conflictSince: since });
  for (const conflict of conflicts)
    if (!isIn(router.conflicts, conflict))
      transition.reports.push({ event: "peer", kind: "role-conflict", text: conflict.text });
}

const isIn = (list: readonly Conflict[], { about }: Conflict): boolean =>
  list.some((each) => each.about === about);
const sameConflicts = (a: readonly Conflict[], b: readonly Conflict[]): boolean =>
  a.length === b.length && a.every((each) => isIn(b, each));

function conflictsWith({ role, rules }: Router, message: Message): readonly Conflict[] {
  const conflicts: Conflict[] = [];
  if (message.role === role)
    conflicts.push({ about: "roles", text: `both routers say that they are ${role}` });
  if (message.cluster !== rules.cluster)
    conflicts.push({
      about: "addresses",
      text: "the peer's file names other public addresses for primary and backup than this one",
    });
  return conflicts;
}

function compareConfig(transition: Transition, message: Message): void {
  const { router } = transition;
  const match = message.config.hash === router.rules.config.hash && router.conflictSince === null;
  if (router.configMatch === match) return;
  set(transition, { configMatch: match });
  const own = router.rules.config;
  const theirs = message.config;
  transition.reports.push(
    match
      ? { event: "peer", kind: "config-match", text: `both run serial ${own.serial}` }
      : {
          event: "peer",
          kind: "config-mismatch",
          text: `serial ${own.serial} here, ${theirs.serial} on the peer: ${theirs.hash}`,
        },
  );
}

/** The verdict of silence, where it is due. */
export function judge(transition: Transition): void {
  const { router, now } = transition;
  const due = deathAt(router);
  if (due !== null && now >= due) {
    if (between(due, now) > verdictLateMax && !router.looking) set(transition, { looking: true });
    else if (!fallsBack(transition))
      died(transition, `nothing heard for ${printDuration(ms(Math.round(silence(router, now))))}`);
  }
  const { looking, listenUntil } = transition.router;
  if (looking || (listenUntil !== null && now < listenUntil)) return;
  const { peer, died: paths } = silentPaths(
    transition.router.peer,
    timeout(transition.router),
    now,
  );
  if (paths.length === 0) return;
  set(transition, { peer });
  for (const path of paths) {
    const name = router.rules.paths[path] ?? String(path);
    const text = `nothing heard on path ${name} for ${printDuration(timeout(router))}`;
    transition.reports.push({ event: "peer", kind: "path-dead", path: name, text });
  }
}

const silence = (router: Router, now: Instant): Ms => between(heardAtOf(router) ?? now, now);

function died(transition: Transition, text: string): void {
  transition.reports.push({ event: "peer", kind: "dead", text });
  set(transition, {
    peerAlive: false,
    looking: false,
    mutualSince: null,
    holdUntil: null,
    configMatch: null,
    conflicts: [],
    conflictSince: null,
    vacantSince: null,
    claimRequest: null,
    grant: null,
    offer: null,
    refused: 0,
  });
}

/** When `judge` has something to do: in the past too, since only a wake may judge. */
export function judgeAt(router: Router): Instant | null {
  const length = timeout(router);
  const listening = router.listenUntil ?? 0;
  let first = deathAt(router);
  for (const { alive, heardAt } of router.peer.paths) {
    if (!alive || heardAt === null) continue;
    const silent = Math.max(listening, addMs(heardAt, ms(length + 0.001))) as Instant;
    first = earliest(first, silent);
  }
  return first;
}

/**
 * What a router does first when it finds that it was asleep: the peer may have judged it dead. Says
 * whether it has to let go. A short sleep only postpones the verdict on the peer, whose words may
 * have been lost meanwhile.
 */
export function sleptTooLong(transition: Transition): boolean {
  const { router, now } = transition;
  if (router.rules.alone || router.lastSentAt === null) return false;
  const silent = between(router.lastSentAt, now);
  const limit = timeout(router);
  if (silent <= limit) {
    if (silent > 2 * router.rhythm) listen(transition, ms(2 * slowerInterval(router)));
    return false;
  }
  transition.reports.push({ event: "process", kind: "slept", for_ms: Math.round(silent) });
  listen(transition, limit);
  set(transition, { claimRequest: null, grant: null, offer: null, refused: 0 });
  return true;
}

/** Judges no silence and claims nothing upon one for so long. */
export function listen(transition: Transition, length: Ms): void {
  const until = addMs(transition.now, length);
  set(transition, {
    listenUntil: Math.max(until, transition.router.listenUntil ?? until) as Instant,
  });
}
