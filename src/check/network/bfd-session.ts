/**
 * One end of a BFD session (RFC 5880, section 6.8): its state, what it sends, and when. No echo
 * function, no demand mode of its own; the peer's demand mode is honoured.
 *
 * A pure machine: time and chance are arguments, sockets are elsewhere (checks/bfd/bfd-sessions.ts).
 * Invariant: it is up only while the peer has answered to this session's own discriminator.
 */
import { addMs, between, earliest, type Instant, type Ms, ms, seconds } from "../../model/time.ts";
import type { FailureReason } from "../reason.ts";
import {
  administrativelyDown,
  type BfdPacket,
  type BfdState,
  detectionExpired,
  neighborSignaledDown,
  printDiagnostic,
} from "./bfd-packet.ts";

export interface BfdRules {
  /** How often it would like to send, and takes packets, while it is up. */
  readonly minTx: Ms;
  readonly minRx: Ms;
  /** The peer misses so many packets in a row until its side is down. */
  readonly multiplier: number;
  /** Sends nothing before it has heard of the peer. */
  readonly passive: boolean;
}

/** What the peer said last. */
type Heard = Pick<
  BfdPacket,
  "state" | "diagnostic" | "mine" | "minTx" | "minRx" | "multiplier" | "demand"
>;

export interface BfdSession {
  readonly rules: BfdRules;
  /** This end's name for the session, never 0. */
  readonly discriminator: number;
  readonly state: Exclude<BfdState, "admin-down">;
  readonly diagnostic: number;
  /** Null: nothing was heard within the detection time, or ever. */
  readonly peer: Heard | null;
  /** Why it is not up, of use while it is not. */
  readonly why: {
    readonly reason: FailureReason;
    readonly text: string;
    /** The peer has said AdminDown: of the way to it nothing is known (RFC 5882, section 4.2). */
    readonly onPurpose?: true;
  };
  /** `again`: what is announced changed while the peer's answer to a poll was awaited. */
  readonly poll: "none" | "awaited" | "again";
  /** What counts until the peer has answered the poll about what is announced (section 6.8.3). */
  readonly agreed: { readonly minTx: Ms; readonly minRx: Ms };
  readonly sentAt: Instant | null;
  /** When the next packet is sent by itself; null: none is. */
  readonly sendAt: Instant | null;
  /** The interval, without jitter, from which `sendAt` comes. */
  readonly sendEvery: Ms | null;
  readonly heardAt: Instant | null;
  /** When a packet was found to be overdue by more than its interval: this machine stood still. */
  readonly lateAt: Instant | null;
}

export type BfdInput =
  | { readonly kind: "heard"; readonly packet: BfdPacket }
  | { readonly kind: "wake" }
  | { readonly kind: "rules"; readonly rules: BfdRules };

export interface BfdStep {
  /** The same object where nothing counted, as with a packet for another session. */
  readonly session: BfdSession;
  readonly packets: readonly BfdPacket[];
}

/** What a step may use beyond its input; `random` is from 0 to below 1. */
export interface BfdMoment {
  readonly now: Instant;
  readonly random: number;
}

/** A session that is not up sends no more often (section 6.8.3). */
const slowTx = seconds(1);

export const startBfd = (rules: BfdRules, discriminator: number, now: Instant): BfdSession => ({
  rules,
  discriminator,
  state: "down",
  diagnostic: 0,
  peer: null,
  poll: "none",
  why: { reason: "timeout", text: "no packet from the peer" },
  agreed: { minTx: slowTx, minRx: rules.minRx },
  sentAt: null,
  sendAt: rules.passive ? null : now,
  sendEvery: null,
  heardAt: null,
  lateAt: null,
});

/** The session of a process that has ended a moment ago; both ends get their time anew. */
export const resumeBfd = (session: BfdSession, now: Instant): BfdSession => ({
  ...session,
  sendAt: now,
  heardAt: session.peer === null ? null : now,
  lateAt: null,
});

export function stepBfd(before: BfdSession, input: BfdInput, moment: BfdMoment): BfdStep {
  const session = looked(before, moment.now);
  switch (input.kind) {
    case "heard":
      return heard(session, input.packet, moment);
    case "rules":
      return finish(session, announcing({ ...session, rules: input.rules }, session), moment);
    case "wake":
      return finish(session, expired(session, moment.now), moment);
    default:
      return input satisfies never;
  }
}

function looked(session: BfdSession, now: Instant): BfdSession {
  const { sendAt, sendEvery, rules } = session;
  // Fewer packets in a row than the peer waits for are no reason for it to be down.
  const missed = Math.max(1, rules.multiplier - 1);
  const isLate = sendAt !== null && sendEvery !== null && between(sendAt, now) > sendEvery * missed;
  return isLate ? { ...session, lateAt: now } : session;
}

/** How long after a pause the peer's word that it heard nothing is about that. */
const pauseCounts = seconds(1);

/** Whether it is down because this machine stood still, which says nothing of the peer. */
export const isOwnPause = ({ state, peer, lateAt }: BfdSession, now: Instant): boolean =>
  state === "down" &&
  peer?.diagnostic === detectionExpired &&
  lateAt !== null &&
  between(lateAt, now) < pauseCounts;

/** When the session wants a wake at the latest; early is harmless. */
export function bfdWakeAt(session: BfdSession): Instant | null {
  return earliest(session.sendAt, detectAt(session));
}

/** Whether what was heard must be read now, before the next wake: it may be down by it. */
export function isDetectionDue(session: BfdSession, now: Instant): boolean {
  const due = detectAt(session);
  return due !== null && now >= due;
}

/** How long it may hear nothing (section 6.8.4); null: it does not know the peer. */
export function detectionTime({ peer, agreed }: BfdSession): Ms | null {
  return peer === null ? null : ms(peer.multiplier * Math.max(agreed.minRx, peer.minTx));
}

/** The last packet, by which the peer learns that this end goes away on purpose. */
export const lastBfdPacket = (session: BfdSession): BfdPacket => ({
  ...packetOf(session, false),
  state: "admin-down",
  diagnostic: administrativelyDown,
  poll: false,
});

/**
 * The rules for the time in which no process sends, as during a restart: the peer waits for
 * `length` before its side is down.
 */
export const silentRules = (rules: BfdRules, length: Ms): BfdRules => ({
  ...rules,
  minTx: ms(Math.max(rules.minTx, length / rules.multiplier)),
});

function detectAt(session: BfdSession): Instant | null {
  const length = detectionTime(session);
  return length === null || session.heardAt === null ? null : addMs(session.heardAt, length);
}

const announced = ({ rules, state }: BfdSession): { minTx: Ms; minRx: Ms } => ({
  minTx: state === "up" ? rules.minTx : ms(Math.max(slowTx, rules.minTx)),
  minRx: rules.minRx,
});

function heard(session: BfdSession, packet: BfdPacket, moment: BfdMoment): BfdStep {
  if (packet.yours !== 0 && packet.yours !== session.discriminator) return { session, packets: [] };
  const { state, diagnostic, mine, minTx, minRx, multiplier, demand } = packet;
  const peer = { state, diagnostic, mine, minTx, minRx, multiplier, demand };
  const known = { ...session, peer, heardAt: moment.now };
  const moved = announcing(moving(packet.final ? answered(known) : known), session);
  const step = finish(session, moved, moment, packet.poll);
  if (!packet.poll || step.packets.length > 0) return step;
  const final = { ...packetOf(step.session, true), poll: false };
  return { session: step.session, packets: [final] };
}

/** The states of section 6.8.6. */
function moving(session: BfdSession): BfdSession {
  const { state, peer } = session;
  if (peer === null) return session;
  if (peer.state === "admin-down" || (peer.state === "down" && state === "up")) {
    if (state === "down") return { ...session, why: signalled(peer) };
    return { ...session, state: "down", diagnostic: neighborSignaledDown, why: signalled(peer) };
  }
  if (state === "down" && peer.state === "down")
    return { ...session, state: "init", why: unanswered };
  const rises = state === "down" ? peer.state === "init" : state === "init";
  return rises && peer.state !== "down" ? { ...session, state: "up", diagnostic: 0 } : session;
}

const unanswered = {
  reason: "unexpected",
  text: "the peer is heard and says down: it may not hear this router",
} as const;

function signalled({ state, diagnostic }: Heard): BfdSession["why"] {
  const because = `(diagnostic: ${printDiagnostic(diagnostic)})`;
  if (state !== "admin-down")
    return { reason: "unexpected", text: `the peer signals down ${because}` };
  return { reason: "unexpected", text: `the peer signals AdminDown ${because}`, onPurpose: true };
}

/** The peer has answered a poll. */
function answered(session: BfdSession): BfdSession {
  if (session.poll === "none") return session;
  if (session.poll === "again") return { ...session, poll: "awaited" };
  return { ...session, poll: "none", agreed: announced(session) };
}

/** What is announced may be another thing than before: then the peer is polled. */
function announcing(session: BfdSession, before: BfdSession): BfdSession {
  const now = announced(session);
  const was = announced(before);
  if (session.state !== "up") return { ...session, poll: "none", agreed: now };
  if (now.minTx === was.minTx && now.minRx === was.minRx) return session;
  const { agreed, poll } = session;
  // It sends more often at once, and counts on hearing more often only when the peer knows.
  const until = {
    minTx: ms(Math.min(agreed.minTx, now.minTx)),
    minRx: ms(Math.max(agreed.minRx, now.minRx)),
  };
  return { ...session, poll: poll === "none" ? "awaited" : "again", agreed: until };
}

/** The detection time may be over. */
function expired(session: BfdSession, now: Instant): BfdSession {
  const due = detectAt(session);
  const length = detectionTime(session);
  if (due === null || length === null || now < due) return session;
  // This machine has stood still for so long that packets may have been lost on it: once more.
  if (between(due, now) > length) return { ...session, heardAt: now };
  const gone = { ...session, peer: null };
  if (session.state === "down") return gone;
  const text = `no packet for ${Math.round(length)} ms (detect time)`;
  const down = { ...gone, state: "down", diagnostic: detectionExpired } as const;
  return announcing({ ...down, why: { reason: "timeout", text } }, session);
}

/** Sends what is due, or what has changed, and says when it sends next. */
function finish(
  before: BfdSession,
  session: BfdSession,
  { now, random }: BfdMoment,
  final = false,
): BfdStep {
  const every = sendInterval(session);
  const changed =
    session.state !== before.state || (session.poll !== before.poll && polls(session));
  const due = session.sendAt !== null && now >= session.sendAt;
  if (every === null) {
    const silent = { ...session, sendAt: null, sendEvery: null };
    return {
      session: silent,
      packets: changed && speaks(session) ? [packetOf(silent, final)] : [],
    };
  }
  if (changed || due) {
    const sent = { ...session, sentAt: now, sendEvery: every };
    const next = { ...sent, sendAt: addMs(now, jittered(session.rules, every, random)) };
    return { session: next, packets: [packetOf(next, final)] };
  }
  if (every === session.sendEvery && session.sendAt !== null) return { session, packets: [] };
  const from = session.sentAt ?? now;
  const sendAt = addMs(from, jittered(session.rules, every, random));
  return { session: { ...session, sendAt, sendEvery: every }, packets: [] };
}

const polls = ({ poll }: BfdSession): boolean => poll !== "none";

const speaks = ({ rules, peer }: BfdSession): boolean => peer !== null || !rules.passive;

/** Section 6.8.7; null: it sends nothing by itself. */
function sendInterval(session: BfdSession): Ms | null {
  const { peer, agreed, state, poll } = session;
  if (!speaks(session)) return null;
  if (peer === null) return agreed.minTx;
  if (peer.minRx === 0) return null;
  const asked = peer.demand && state === "up" && peer.state === "up" && poll === "none";
  return asked ? null : ms(Math.max(agreed.minTx, peer.minRx));
}

/** Sooner by up to a quarter; by a tenth at least where one lost packet is enough to be down. */
const jittered = ({ multiplier }: BfdRules, every: Ms, random: number): Ms =>
  ms(every * (0.75 + random * (multiplier === 1 ? 0.15 : 0.25)));

function packetOf(session: BfdSession, final: boolean): BfdPacket {
  const { state, diagnostic, discriminator, peer, rules } = session;
  return {
    state,
    diagnostic,
    final,
    poll: !final && polls(session),
    demand: false,
    multiplier: rules.multiplier,
    mine: discriminator,
    yours: peer?.mine ?? 0,
    ...announced(session),
  };
}
