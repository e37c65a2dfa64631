/**
 * Which of the two routers checks, and how the other one learns of it: the active router checks and
 * puts what it knows into its heartbeats; the standby believes that, and checks by itself when it
 * has no whole or no fresh picture. Real servers are not probed twice.
 */

import {
  decodeFacts,
  encodeFacts,
  type Fact,
  factKinds,
  noFacts,
  refreshFacts,
} from "../../health/facts.ts";
import type { RealServerKey } from "../../health/health.ts";
import { checks, type Nanny } from "../../health/nanny.ts";
import {
  applySlice,
  decodeSlice,
  emptyInbox,
  encodeSlice,
  hasPhases,
  type Inbox,
  isComplete,
  phaseKey,
  pictureOf,
  quorumKey,
  type RecordKey,
  recordKey,
  refreshOutbox,
  standingOf,
  startOutbox,
} from "../../health/replica.ts";
import {
  canBeWeighed,
  type KnownWeight,
  readWeightFact,
  weightFact,
  weightFactKey,
} from "../../health/weight-fact.ts";
import type { Message } from "../../heartbeat/message.ts";
import { digestBytesMax } from "../../heartbeat/wire.ts";
import { isRefused } from "../../model/error.ts";
import type { EventBody } from "../../model/event.ts";
import { between, type Instant, ms } from "../../model/time.ts";

export interface ReplicationParts {
  /** The nannies as they are now. */
  readonly nannies: () => Iterable<Nanny>;
  /** Whether the quorum of each virtual server is there. */
  readonly quorums: () => ReadonlyMap<string, boolean>;
  /** The peer says whether a quorum is there. */
  readonly tellQuorum: (virtualServer: string, quorate: boolean) => void;
  /** The peer says how a server stands. */
  readonly learn: (
    key: RealServerKey,
    standing: "up" | "down",
    half: "first" | "second" | null,
  ) => void;
  /** The peer says what is known of a server's weight. */
  readonly tellWeight: (key: RealServerKey, known: KnownWeight) => void;
  /** What else the peer is to know, and what it says of that when it is active. */
  readonly facts: () => readonly Fact[];
  readonly hear: (fact: Fact) => void;
  /** Check by ourselves from now on, or stop doing so. */
  readonly checkOurselves: (on: boolean) => void;
  readonly refused: (reason: string, detail: string) => void;
  readonly report: (event: EventBody) => void;
  readonly now: () => Instant;
  /** A random 32-bit number. */
  readonly generation: number;
}

const nothing = new Uint8Array(0);
/** Judging the whole picture costs a look at every record; heartbeats may come every few ms. */
const judgeEvery = ms(100);

export class Replication {
  readonly #parts: ReplicationParts;
  #outbox;
  #inbox: Inbox = emptyInbox;
  #keys = new Map<RealServerKey, RecordKey>();
  /** Those of what may be under way with some of them. */
  #phases = new Map<RealServerKey, RecordKey>();
  #facts = noFacts;
  /** The weights that the peer has said last, by the keys of their facts. */
  readonly #weights = new Map<number, KnownWeight>();
  #weighed = new Map<number, RealServerKey>();
  #changed = true;
  #ourselves = true;
  #lastSequence: number | null = null;
  #judged: { readonly at: Instant; readonly peerServes: boolean } | null = null;

  constructor(parts: ReplicationParts) {
    this.#parts = parts;
    this.#outbox = startOutbox(parts.generation);
  }

  /** True while this router checks by itself. */
  get ourselves(): boolean {
    return this.#ourselves;
  }

  /** The health of some real server, or the configuration, has changed. */
  healthChanged(): void {
    this.#changed = true;
  }

  configurationChanged(): void {
    this.#changed = true;
    const checked = Array.from(this.#parts.nannies(), ({ rules }) => rules).filter(checks);
    this.#keys = new Map(checked.map((rules) => [rules.key, recordKey(rules)]));
    const weighed = Array.from(this.#parts.nannies(), ({ rules }) => rules).filter(canBeWeighed);
    this.#weighed = new Map(weighed.map((rules) => [weightFactKey(rules), rules.key]));
    for (const key of this.#weights.keys()) if (!this.#weighed.has(key)) this.#weights.delete(key);
    this.#phases = new Map(checked.filter(hasPhases).map((rules) => [rules.key, phaseKey(rules)]));
  }

  /** The digest of the next heartbeat; empty while what we know comes from the peer. */
  digest(bytesMax = digestBytesMax): Uint8Array {
    if (!this.#ourselves) return nothing;
    if (this.#changed) {
      const picture = pictureOf(this.#parts.nannies(), this.#parts.quorums(), this.#parts.now());
      this.#outbox = refreshOutbox(this.#outbox, picture);
      const nannies = new Map(Array.from(this.#parts.nannies(), (each) => [each.rules.key, each]));
      const facts = Array.from(this.#weighed, ([fact, key]) => {
        const nanny = nannies.get(key);
        return nanny === undefined ? [] : [weightFact(nanny, fact)];
      });
      this.#facts = refreshFacts(this.#facts, [...facts.flat(), ...this.#parts.facts()]);
      this.#changed = false;
    }
    const facts = encodeFacts(this.#facts);
    this.#facts = facts.outbox;
    const { bytes, outbox } = encodeSlice(this.#outbox, bytesMax - facts.bytes.length);
    this.#outbox = outbox;
    return facts.bytes.length === 0 ? bytes : Buffer.concat([facts.bytes, bytes]);
  }

  /** A message of the peer that counts. Only what an active router has found out is believed. */
  heard(message: Message): void {
    if (message.state !== "active" || message.digest.length === 0) return;
    const facts = decodeFacts(message.digest);
    if (isRefused<string>(facts)) {
      this.#parts.refused(`digest-${facts.refused}`, facts.detail);
      return;
    }
    const slice = decodeSlice(facts.rest);
    if (isRefused<string>(slice)) {
      this.#parts.refused(`digest-${slice.refused}`, slice.detail);
      return;
    }
    if (slice.sequence === this.#lastSequence) return;
    this.#lastSequence = slice.sequence;
    this.#inbox = applySlice(this.#inbox, slice, this.#parts.now(), message.interval);
    if (!this.#ourselves) this.#believe(new Set(slice.records.map(([key]) => key)));
    this.#hear(facts.facts);
  }

  /** After the standings: a server that is up again has its weight at once. */
  #hear(facts: readonly Fact[]): void {
    for (const fact of facts) {
      const { kind, key, body } = fact;
      if (kind !== factKinds.weight) this.#parts.hear(fact);
      const known = kind === factKinds.weight ? readWeightFact(body) : null;
      const realServer = this.#weighed.get(key);
      if (known === null || realServer === undefined) continue;
      this.#weights.set(key, known);
      if (!this.#ourselves) this.#parts.tellWeight(realServer, known);
    }
  }

  /**
   * Decides who checks: `peerServes` says that the peer is heard and active and this router is not.
   * Called after every step of the failover machine, with the instant of that step.
   */
  settle(peerServes: boolean, now: Instant): void {
    const judged = this.#judged;
    if (judged?.peerServes === peerServes && between(judged.at, now) < judgeEvery) return;
    this.#judged = { at: now, peerServes };
    const rely = peerServes && this.#whole();
    if (rely === !this.#ourselves) return;
    this.#ourselves = !rely;
    if (rely) this.#believe(null);
    this.#changed = true;
    this.#parts.checkOurselves(!rely);
    this.#parts.report(
      rely
        ? {
            event: "check",
            kind: "source",
            source: "peer",
            text: "its whole picture is known here",
          }
        : { event: "check", kind: "source", source: "own", text: this.#why(peerServes) },
    );
  }

  /** Every server that is checked here is known to the peer, and all it says is fresh. */
  #whole(): boolean {
    const now = this.#parts.now();
    if (!isComplete(this.#inbox, now)) return false;
    for (const key of this.#keys.values()) {
      const standing = standingOf(this.#inbox, key, now);
      if (standing === null || standing === "unknown") return false;
    }
    return true;
  }

  #believe(news: ReadonlySet<RecordKey> | null): void {
    const now = this.#parts.now();
    for (const [key, record] of this.#keys) {
      const phase = this.#phases.get(key);
      if (news !== null && !news.has(record) && !(phase !== undefined && news.has(phase))) continue;
      const standing = standingOf(this.#inbox, record, now);
      if (standing !== "up" && standing !== "down") continue;
      const half = phase === undefined ? null : standingOf(this.#inbox, phase, now);
      this.#parts.learn(key, standing, half === "down" ? "first" : half === "up" ? "second" : null);
    }
    if (news === null)
      for (const [key, known] of this.#weights)
        this.#parts.tellWeight(this.#weighed.get(key) ?? "", known);
    // After their real servers: a quorum that they decide is known already.
    for (const name of this.#parts.quorums().keys()) {
      const record = quorumKey(name);
      if (news !== null && !news.has(record)) continue;
      const standing = standingOf(this.#inbox, record, now);
      if (standing === "up" || standing === "down") this.#parts.tellQuorum(name, standing === "up");
    }
  }

  #why(peerServes: boolean): string {
    return peerServes
      ? "the active router's picture is not whole or not fresh"
      : "this router serves, or no active router is heard";
  }
}
