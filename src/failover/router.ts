/**
 * The memory of one router, and what follows from it without a decision: who is heard, until when
 * silence is no death, how this router and its peer stand.
 *
 * Invariant: everything here is a fact that was received or a promise that was made. What is wanted
 * is computed anew at every step from these (machine.ts), so that no order of inputs is special.
 */
import type { BootId, HandOver, HandOverCause, Message } from "../heartbeat/message.ts";
import { type Peer, unheardPeer } from "../heartbeat/peer.ts";
import type { PulseState } from "../heartbeat/pulse.ts";
import { type PulsePeer, unheardPulse } from "../heartbeat/pulse-peer.ts";
import type { EventBody } from "../model/event.ts";
import { type Fault, otherRole, type Role, type RouterState } from "../model/router.ts";
import { addMs, type Instant, type Ms, ms } from "../model/time.ts";
import type { Effect, Rules, Start } from "./protocol.ts";

/**
 * What the machine knows of the VIPs in its own kernel. `stuck`: a release failed, some may be
 * there. Every hold but `none` is said as `holds`.
 */
export type VipHold = "none" | "claiming" | "held" | "releasing" | "stuck";

/** A request to hold: said as `want` until granted, refused or given up. */
export interface ClaimRequest {
  readonly id: number;
  readonly cause: HandOverCause;
  readonly since: Instant;
}

/** What this router has promised to the request of one boot id of the peer. */
export interface Grant {
  readonly boot: BootId;
  readonly id: number;
  readonly cause: HandOverCause;
  readonly since: Instant;
  readonly word: "releasing" | "released" | "release-failed";
}

/** A hand-over that this router, as the holder, has offered. */
export interface Offer {
  readonly id: number;
  readonly cause: "switchover" | "stop" | "unfit";
  readonly since: Instant;
}

/** The operator's switchover, from the request to its answer. */
export interface Request {
  readonly number: number;
  readonly since: Instant;
}

/** Something that the two files disagree about; it is no reason to hold or not. */
export interface Conflict {
  readonly about: "roles" | "addresses";
  readonly text: string;
}

/** Both hold and hear each other. */
export interface Dispute {
  readonly since: Instant;
}

/** An unplanned takeover on its way through arbiter and fence; reset when the peer is heard. */
export interface Gate {
  readonly probeAskedAt: Instant | null;
  readonly probeUnderWay: boolean;
  /** When the answered probe was asked; counts if that is after the last word of the peer. */
  readonly probeAnsweredAt: Instant | null;
  readonly fence: "unasked" | "under-way" | "done" | "failed";
  readonly fenceEndedAt: Instant | null;
}

/** When a takeover was decided and carried out, for the event that accounts for the outage. */
export interface Activation {
  readonly cause: string;
  readonly lastHeardAt: Instant | null;
  readonly decidedAt: Instant;
  readonly claimedAt: Instant | null;
}

/**
 * Why and how often claims have failed in a row; kept until one succeeds, or its reason may have
 * gone.
 */
export interface ClaimTrouble {
  readonly why: string;
  readonly failures: number;
  readonly retryAt: Instant;
}

/** Damping: how often fitness was lost of late, and what is held against the router until when. */
export interface Damping {
  readonly losses: number;
  readonly lastFaults: readonly Fault[];
  /** Until then the last faults count towards the peer although they are gone; null: no more. */
  readonly until: Instant | null;
}

/** On the way out: by SIGTERM, or by an announced restart. */
export interface Ending {
  readonly kind: "stop" | "restart";
  readonly since: Instant;
  readonly holdFor: Ms;
  /** From this sequence on the peer knows of the hold. */
  readonly fromSequence: number;
  /** `keep` was asked for. */
  readonly keeping: boolean;
}

/** What is worth a beat out of turn when it changes. */
export interface Said {
  readonly state: RouterState;
  readonly vipHold: VipHold;
  readonly ready: boolean;
  readonly peerAlive: boolean;
  readonly suspended: boolean;
  readonly ending: Ending | null;
  readonly faults: readonly Fault[];
  readonly term: number;
  readonly rules: Rules;
  readonly peerBoot: BootId | null;
  readonly handOver: HandOver;
  /** The word of pulse; null: none was said. */
  readonly word: PulseState | null;
}

/** The machine's memory. For reading: the functions of this file and of status.ts. */
export interface Router {
  readonly rules: Rules;
  readonly role: Role;
  readonly state: RouterState;
  /** When and why the state was entered. */
  readonly since: Instant;
  readonly cause: string;
  /** Own faults, the gravest first: from outside, of our own, and those held down. */
  readonly faults: readonly Fault[];
  readonly boot: BootId;
  readonly found: Start["found"];
  readonly startedAt: Instant;
  /** Start-up is over: the peer was heard, or waited for. */
  readonly begun: boolean;
  readonly ready: boolean;
  /** What is missing before an automatic failback; null: nothing. */
  readonly missing: string | null;
  readonly outside: readonly Fault[];
  readonly damping: Damping;
  /**
   * Since when there was no fault but such as cost a part, and those the same; null: there is one.
   */
  readonly fitSince: Instant | null;
  readonly trouble: ClaimTrouble | null;
  readonly vipHold: VipHold;
  /** Why the hold was last tightened or loosened. */
  readonly reason: string;
  /** When a release last failed; null once the kernel is free of the VIPs, or they are claimed. */
  readonly releaseFailedAt: Instant | null;
  /** Why the VIPs are to be released as soon as the claim or keep that is under way has ended. */
  readonly abandon: string | null;
  readonly activation: Activation | null;
  readonly term: number;
  readonly termSeen: number;
  readonly suspended: boolean;
  readonly peer: Peer;
  /**
   * By what the peer is judged: by lvsd's own heartbeat, or by the words of pulse. With
   * `protocol: auto` whichever the peer was last believed by.
   */
  readonly dialect: "lvsd" | "pulse";
  readonly pulse: PulsePeer;
  /** A `stopped` of the peer that came before is no refusal to take what was let go of here. */
  readonly yieldsUntil: Instant;
  /** The last `running` of the peer that this holder has answered by announcing. */
  readonly answeredAt: Instant | null;
  /** The verdict on the peer: given by `wake`, withdrawn by any word of the peer. */
  readonly peerAlive: boolean;
  /** The peer is mutually heard since; null: not. */
  readonly mutualSince: Instant | null;
  /** The peer said that it leaves: no death to be waited for. */
  readonly peerLeft: boolean;
  /** The peer asked not to be judged before. */
  readonly holdUntil: Instant | null;
  /** After a sleep: no verdict before. */
  readonly listenUntil: Instant | null;
  /** A verdict was due at a late wake: the next poll turn decides. */
  readonly looking: boolean;
  readonly versionSaid: number | null;
  readonly configMatch: boolean | null;
  /** What the two files disagree about, of which neither may be the wrong one. */
  readonly conflicts: readonly Conflict[];
  /** Since when they disagree, also while that may be a change on its way to both; null: not. */
  readonly conflictSince: Instant | null;
  readonly claimRequest: ClaimRequest | null;
  readonly claimRequests: number;
  /** After a refusal or an unanswered request: no further request of that kind before. */
  readonly requestAgainAt: Instant | null;
  readonly grant: Grant | null;
  readonly offer: Offer | null;
  readonly refused: number;
  readonly request: Request | null;
  readonly dispute: Dispute | null;
  /** The peer was heard announcing a VIP that is held here, and has not been heard since. */
  readonly contested: boolean;
  readonly vacantSince: Instant | null;
  /** This holder's gravest fault is its arbiter, which the peer reaches; null: not so. */
  readonly outreachedSince: Instant | null;
  readonly gate: Gate;
  readonly ending: Ending | null;
  readonly ended: boolean;
  readonly sequence: number;
  readonly lastSentAt: Instant | null;
  /** What it last said, to see whether something new is to be said at once. */
  readonly said: Said | null;
  /** A beat out of turn is owed at this time. */
  readonly answerAt: Instant | null;
  /** The rhythm in use, and from which sequence on a longer one has been announced. */
  readonly rhythm: Ms;
  readonly rhythmFrom: number | null;
  readonly lateBeats: number;
  /** When this router was last stepped: what was due by then has been looked at. */
  readonly steppedAt: Instant | null;
}

/** One step under way: the router so far, and what it asks for. Lives as long as the step. */
export interface Transition {
  router: Router;
  readonly effects: Effect[];
  /** Put behind all other effects: nothing waits for the log. */
  readonly reports: EventBody[];
  readonly now: Instant;
}

export const unasked: Gate = {
  probeAskedAt: null,
  probeUnderWay: false,
  probeAnsweredAt: null,
  fence: "unasked",
  fenceEndedAt: null,
};

/** A router that has just been started. The first `wake` is due at once. */
export function start({ rules, boot, found }: Start, now: Instant): Router {
  return {
    rules,
    role: rules.role,
    state: "starting",
    since: now,
    cause: "started",
    faults: [],
    boot,
    found,
    startedAt: now,
    begun: rules.alone,
    ready: false,
    missing: null,
    outside: [],
    damping: { losses: 0, lastFaults: [], until: null },
    fitSince: now,
    trouble: null,
    vipHold: "none",
    reason: "started",
    releaseFailedAt: null,
    abandon: null,
    activation: null,
    term: 0,
    termSeen: 0,
    suspended: false,
    peer: unheardPeer(boot, rules.role, rules.paths.length),
    dialect: rules.protocol === "lvsd" ? "lvsd" : "pulse",
    pulse: unheardPulse,
    // A primary takes what no router holds at once; the backup lets it.
    yieldsUntil: rules.role === "primary" ? now : addMs(now, yieldingFor(rules)),
    answeredAt: null,
    peerAlive: false,
    mutualSince: null,
    peerLeft: false,
    holdUntil: null,
    listenUntil: null,
    looking: false,
    versionSaid: null,
    configMatch: null,
    conflicts: [],
    conflictSince: null,
    claimRequest: null,
    // An answer to a request of our predecessor must not fit one of ours.
    claimRequests: Number.parseInt(boot.slice(0, 6), 16) * 256,
    requestAgainAt: null,
    grant: null,
    offer: null,
    refused: 0,
    request: null,
    dispute: null,
    contested: false,
    vacantSince: null,
    outreachedSince: null,
    gate: unasked,
    ending: null,
    ended: false,
    sequence: 0,
    lastSentAt: null,
    said: null,
    answerAt: null,
    rhythm: rules.interval,
    rhythmFrom: null,
    lateBeats: 0,
    steppedAt: null,
  };
}

/**
 * Changes the router of this transition; most heartbeats change little, and a copy costs something.
 */
export function set(transition: Transition, change: Partial<Router>): void {
  const { router } = transition;
  for (const key in change)
    if (change[key as keyof Router] !== router[key as keyof Router]) {
      transition.router = Object.assign({ ...router }, change);
      return;
    }
}

/**
 * In pulse, how long a router that says `stopped` waits for the peer to take the VIPs upon that:
 * one word of the peer is on its way meanwhile, and what it says after that is its answer.
 */
export const yieldingFor = ({ interval }: Rules): Ms => ms(1.5 * interval);

/** What the peer last said of itself in lvsd's own protocol, while it is judged by that. */
const ownMessage = ({ dialect, peer }: Router): Message | null =>
  dialect === "lvsd" ? peer.message : null;

/**
 * Silence after which the peer counts as dead, and after which we count as dead: the longer one.
 */
export const timeout = (router: Router): Ms =>
  ms(Math.max(router.rules.deadAfter, ownMessage(router)?.deadAfter ?? 0));

/** The slower of both rhythms. */
export const slowerInterval = (router: Router): Ms =>
  ms(Math.max(router.rhythm, ownMessage(router)?.interval ?? 0));

/** Arrival of the newest word of the peer, in the protocol by which it is judged; null: none. */
export const heardAtOf = ({ dialect, peer, pulse }: Router): Instant | null =>
  dialect === "lvsd" ? peer.heardAt : pulse.heardAt;

/** When silence becomes death; null while no peer is believed alive. */
export function deathAt(router: Router): Instant | null {
  const heardAt = heardAtOf(router);
  if (!router.peerAlive || heardAt === null) return null;
  const silence = addMs(heardAt, timeout(router));
  return Math.max(silence, router.holdUntil ?? silence, router.listenUntil ?? silence) as Instant;
}

/** The newest word of a peer that is alive; null also when it speaks another version, or pulse. */
export const heardMessage = (router: Router): Message | null =>
  router.peerAlive ? ownMessage(router) : null;

/** A peer that speaks pulse says that it is active. */
export const peerRuns = ({ peerAlive, dialect, pulse }: Router): boolean =>
  peerAlive && dialect === "pulse" && pulse.state === "running";

/** The peer says that it is active, in whatever protocol. */
export const peerIsActive = (router: Router): boolean =>
  peerRuns(router) || heardMessage(router)?.state === "active";

/** The peer is alive and hears this very process. */
export const isMutual = (router: Router): boolean => {
  const message = heardMessage(router);
  return message?.hears === true && message.echo?.boot === router.boot;
};

/** Both files give their router the same role. */
export const sharesRole = ({ dialect, peer, role }: Router): boolean =>
  dialect === "lvsd" && peer.boot !== null && peer.role === role;

/**
 * The role by which the two are distinguished where a rule prefers one: their own, unless both have
 * the same one. Then the boot ids decide, which both know.
 */
export const seatOf = (router: Router): Role =>
  sharesRole(router)
    ? router.boot < (router.peer.boot ?? "")
      ? "primary"
      : "backup"
    : router.role;

export const seatOfPeer = (router: Router): Role => otherRole(seatOf(router));

/** The peer may hold the VIPs; one of another version is taken to. A stuck one has given up. */
export const peerHolds = (router: Router): boolean =>
  router.dialect === "pulse"
    ? peerRuns(router)
    : router.peerAlive &&
      (router.peer.message === null ||
        (router.peer.message.holds && router.peer.message.handOver.kind !== "release-failed"));

export const holding = ({ vipHold }: Router): boolean =>
  vipHold === "claiming" || vipHold === "held";
