/**
 * What is believed of the peer: whether it is the peer, whether it is now, and when it was last
 * heard on each path. Does not know what follows from that (failover/).
 *
 * A boot id counts once its sender has echoed a stamp of ours that is younger than the moment at
 * which the boot id before it was proven: no recording, of whatever age, can contain that, and no
 * wall clock is asked. Until then it is a stranger, who is answered and otherwise has no vote.
 */
import { type Refused, refuse } from "../model/error.ts";
import { otherRole, type Role } from "../model/router.ts";
import { addMs, between, type Instant, type Ms, ms } from "../model/time.ts";
import {
  type BootId,
  type Echo,
  type Header,
  type Message,
  type PathEcho,
  strangersMax,
} from "./message.ts";

/** Which sequence numbers have arrived: the highest, and a bit for each of the 64 up to it. */
export interface Window {
  readonly highest: number;
  readonly seen: bigint;
}

/** Reordering beyond this is refused as a replay: 320 ms of the fastest rhythm (5 ms). */
const windowBits = 64;
const allSeen = BigInt.asUintN(windowBits, -1n);

/**
 * A second process of the peer's role is distinguished from a restart by these; proof covers the
 * rest.
 */
const formerMax = 16;

/** A stranger that has said nothing for this long is no longer answered. */
const strangerAgeMax = ms(10_000);

export interface PathBelief {
  readonly window: Window;
  /** Arrival and stamp of the newest datagram; null: none since this boot id was proven. */
  readonly heardAt: Instant | null;
  readonly sentAt: Instant | null;
  /** Gaps in the sequence that nothing has filled. */
  readonly lost: number;
  /** Last measured round trip; null: none yet. */
  readonly rtt: Ms | null;
  readonly alive: boolean;
}

/** A boot id that has yet to prove that it lives now. */
export interface Stranger {
  readonly boot: BootId;
  readonly role: Role;
  readonly sequence: number;
  readonly sentAt: Instant;
  readonly heardAt: Instant;
}

export interface Peer {
  /** Our own boot id and role: to know an echo, a reflection and a double of ourselves. */
  readonly own: BootId;
  readonly ownRole: Role;
  /** The proven boot id; null: none yet. */
  readonly boot: BootId | null;
  readonly provenAt: Instant | null;
  /** The role that it says it has: ours, where the two files disagree. */
  readonly role: Role;
  /** Arrival of the newest datagram of the proven boot id, on whatever path. */
  readonly heardAt: Instant | null;
  readonly sequence: number;
  readonly sentAt: Instant | null;
  /** The newest message; null: none yet, or the peer speaks another major version. */
  readonly message: Message | null;
  /** The other major version that the peer speaks; null: ours. */
  readonly otherVersion: number | null;
  readonly paths: readonly PathBelief[];
  /** Boot ids that were proven before this one: none of them comes back. The newest first. */
  readonly former: readonly BootId[];
  readonly strangers: readonly Stranger[];
  /** When another router of our own role, in addition to the peer, last proved that it hears us. */
  readonly doubleAt: Instant | null;
}

export type HeardRefusal = "replayed" | "superseded" | "own";

/** What a datagram is worth. */
export type Reception =
  /** The newest word of the proven peer; `fresh` when its boot id has just been proven. */
  | { readonly kind: "newest"; readonly fresh: boolean; readonly gap: Ms | null }
  /** Of the proven peer, but older than what is known, or a copy on another path. */
  | { readonly kind: "older"; readonly gap: Ms | null }
  /** Authentic, but nothing shows that it was sent now. `known`: its boot id was heard before. */
  | { readonly kind: "stranger"; readonly known: boolean }
  /** Our own role, from a living router, while a peer of the other role is heard. */
  | { readonly kind: "double" };

const emptyWindow: Window = { highest: 0, seen: 0n };
const silentPath: PathBelief = {
  window: emptyWindow,
  heardAt: null,
  sentAt: null,
  lost: 0,
  rtt: null,
  alive: false,
};

/** Nobody has been heard yet. */
export const unheardPeer = (own: BootId, ownRole: Role, pathCount: number): Peer => ({
  own,
  ownRole,
  boot: null,
  provenAt: null,
  role: otherRole(ownRole),
  heardAt: null,
  sequence: 0,
  sentAt: null,
  message: null,
  otherVersion: null,
  paths: Array.from({ length: pathCount }, () => silentPath),
  former: [],
  strangers: [],
  doubleAt: null,
});

const isKnown = (window: Window, sequence: number): boolean => {
  const back = window.highest - sequence;
  if (back < 0) return false;
  return back >= windowBits || ((window.seen >> BigInt(back)) & 1n) === 1n;
};

function seeing(window: Window, sequence: number): Window {
  const ahead = sequence - window.highest;
  if (ahead <= 0) return { ...window, seen: window.seen | (1n << BigInt(-ahead)) };
  if (ahead >= windowBits) return { highest: sequence, seen: 1n };
  return {
    highest: sequence,
    seen: BigInt.asUintN(windowBits, (window.seen << BigInt(ahead)) | 1n),
  };
}

/**
 * Why a datagram with this header would change nothing, or null. Reads only; safe to ask before
 * the signature is known to be good.
 */
export function refusal(peer: Peer, path: number, header: Header): Refused<HeardRefusal> | null {
  const what = `boot id ${header.boot}, sequence ${header.sequence}`;
  if (header.boot === peer.own) return refuse("own", what);
  if (header.boot === peer.boot) {
    const window = peer.paths[path]?.window ?? emptyWindow;
    return isKnown(window, header.sequence) ? refuse("replayed", what) : null;
  }
  const stranger = peer.strangers.find(({ boot }) => boot === header.boot);
  if (stranger !== undefined && header.sequence < stranger.sequence)
    return refuse("replayed", what);
  const stale = header.echo?.boot === peer.own && !isNewProof(peer, header.echo);
  return stale || peer.former.includes(header.boot) ? refuse("superseded", what) : null;
}

/**
 * Whether a datagram of the proven peer says nothing new: it comes on another path too, or was
 * overtaken on its way. What else it brings (a word of pulse) is as old. Reads only.
 */
export const isOlder = (peer: Peer, header: Header): boolean =>
  header.boot === peer.boot && header.sequence <= peer.sequence;

/** The echo of our own boot id in a message, if it has one. */
export function echoOf(own: BootId, header: Header): Echo | null {
  if (header.echo?.boot === own) return header.echo;
  if (!("strangers" in header)) return null;
  const strangers = (header as Message).strangers;
  return strangers.find(({ boot }) => boot === own) ?? null;
}

/** Whoever was proven before has stopped before that: it cannot have heard a younger stamp. */
const isNewProof = (peer: Peer, echo: Echo): boolean =>
  peer.provenAt === null || echo.sentAt > peer.provenAt;

/**
 * A peer of the other role is heard now: one of our own role is a third router then. Otherwise it
 * is the peer, whose file has other roles than ours.
 */
const isTaken = ({ boot, role, ownRole, heardAt }: Peer, now: Instant, patience: Ms): boolean =>
  boot !== null && role !== ownRole && heardAt !== null && between(heardAt, now) < patience;

/**
 * Takes in an authentic datagram: a message of ours, or the header of another major version.
 * `patience`: a peer that has been silent for so long may have been restarted in another role.
 */
export function hear(
  peer: Peer,
  path: number,
  header: Header,
  now: Instant,
  patience: Ms,
): { readonly peer: Peer; readonly verdict: Reception } | Refused<HeardRefusal> {
  const refused = refusal(peer, path, header);
  if (refused !== null) return refused;
  if (header.boot === peer.boot) return heardProven(peer, path, header, now, false);
  const echo = echoOf(peer.own, header);
  // A copy of what proved nothing when it was new, as a double's word does, proves nothing later.
  const copied = peer.strangers.some(
    ({ boot, sequence }) => boot === header.boot && sequence === header.sequence,
  );
  if (echo === null || echo.sentAt > now || copied) return heardStranger(peer, header, now);
  if (!isNewProof(peer, echo))
    return refuse("superseded", `boot id ${header.boot}, sequence ${header.sequence}`);
  if (header.role === peer.ownRole && isTaken(peer, now, patience))
    return {
      peer: { ...heardStranger(peer, header, now).peer, doubleAt: now },
      verdict: { kind: "double" },
    };
  // What this boot id said before the proof may come again as a recording: it counts as seen.
  const window: Window = { highest: header.sequence - 1, seen: allSeen };
  const proven: Peer = {
    ...peer,
    boot: header.boot,
    provenAt: now,
    role: header.role,
    doubleAt: null,
    sequence: 0,
    message: null,
    otherVersion: null,
    paths: peer.paths.map((belief) => ({ ...belief, window })),
    former: peer.boot === null ? [] : [peer.boot, ...peer.former].slice(0, formerMax),
    strangers: peer.strangers.filter(({ boot }) => boot !== header.boot),
  };
  return heardProven(proven, path, header, now, true);
}

function heardStranger(peer: Peer, header: Header, now: Instant) {
  const known = peer.strangers.some(({ boot }) => boot === header.boot);
  const stranger: Stranger = {
    boot: header.boot,
    role: header.role,
    sequence: header.sequence,
    sentAt: header.sentAt,
    heardAt: now,
  };
  // The newest first; whoever has been silent longest makes room.
  const others = peer.strangers.filter(({ boot }) => boot !== header.boot);
  const strangers = [stranger, ...others].slice(0, strangersMax);
  return { peer: { ...peer, strangers }, verdict: { kind: "stranger", known } as const };
}

function heardProven(peer: Peer, path: number, header: Header, now: Instant, fresh: boolean) {
  const before = peer.paths[path] ?? silentPath;
  const ahead = header.sequence - before.window.highest;
  const first = before.window.highest === 0;
  const gap = before.heardAt === null || ahead <= 0 ? null : between(before.heardAt, now);
  const belief: PathBelief = {
    window: seeing(before.window, header.sequence),
    heardAt: ahead > 0 ? now : before.heardAt,
    sentAt: ahead > 0 ? header.sentAt : before.sentAt,
    lost: ahead > 0 ? before.lost + (first ? 0 : ahead - 1) : Math.max(0, before.lost - 1),
    rtt: ahead > 0 ? (roundTrip(peer.own, path, header, now) ?? before.rtt) : before.rtt,
    alive: true,
  };
  const paths = peer.paths.map((old, number) => (number === path ? belief : old));
  if (header.sequence <= peer.sequence)
    return { peer: { ...peer, paths }, verdict: { kind: "older", gap } as const };
  const message = "state" in header ? (header as Message) : null;
  const heard: Peer = {
    ...peer,
    paths,
    heardAt: now,
    sequence: header.sequence,
    sentAt: header.sentAt,
    message,
    otherVersion: message === null ? header.major : null,
  };
  return { peer: heard, verdict: { kind: "newest", fresh, gap } as const };
}

/** Null when the message does not say what its sender heard of us on this path. */
function roundTrip(own: BootId, path: number, header: Header, now: Instant): Ms | null {
  if (header.echo?.boot !== own || !("paths" in header)) return null;
  const echo = (header as Message).paths[path] ?? null;
  if (echo === null) return null;
  return ms(Math.max(0, between(echo.sentAt, now) - echo.age));
}

/** What to say of the peer as heard: to be put into the next message. */
export function echoes(peer: Peer, alive: boolean, now: Instant) {
  const age = (heardAt: Instant): Ms => ms(Math.max(0, between(heardAt, now)));
  const strangers = peer.strangers
    .filter(({ heardAt }) => between(heardAt, now) <= strangerAgeMax)
    .map(
      ({ boot, sequence, sentAt, heardAt }): Echo => ({
        boot,
        sequence,
        sentAt,
        age: age(heardAt),
      }),
    );
  const proven: Echo | null =
    peer.boot === null || peer.heardAt === null || peer.sentAt === null
      ? null
      : { boot: peer.boot, sequence: peer.sequence, sentAt: peer.sentAt, age: age(peer.heardAt) };
  const paths = peer.paths.map(({ heardAt, sentAt }): PathEcho | null =>
    heardAt === null || sentAt === null ? null : { sentAt, age: age(heardAt) },
  );
  // A peer of another major version reads the header only: the stranger must find itself there.
  const echo = alive ? proven : (strangers[0] ?? proven);
  return { echo, paths, strangers };
}

/** Marks every path silent for longer than `timeout` as dead; names the paths that were alive. */
export function silentPaths(peer: Peer, timeout: Ms, now: Instant) {
  const died: number[] = [];
  const paths = peer.paths.map((belief, number) => {
    if (!belief.alive || belief.heardAt === null || now <= addMs(belief.heardAt, timeout))
      return belief;
    died.push(number);
    return { ...belief, alive: false };
  });
  return { peer: died.length === 0 ? peer : { ...peer, paths }, died };
}

/** The same belief with another number of paths: a reload added or removed the private one. */
export function withPaths(peer: Peer, pathCount: number): Peer {
  const window: Window = { highest: peer.sequence, seen: allSeen };
  const added = peer.boot === null ? silentPath : { ...silentPath, window };
  const paths = Array.from({ length: pathCount }, (_, number) => peer.paths[number] ?? added);
  return { ...peer, paths };
}
