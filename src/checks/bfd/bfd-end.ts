/**
 * This router's end of one BFD session: the machine (check/network/bfd-session.ts) with its socket
 * and its clock. What it hears comes from bfd-sessions.ts, which has the receiving sockets.
 */
import { randomBytes } from "node:crypto";
import { type BfdPacket, decodeBfd, encodeBfd } from "../../check/network/bfd-packet.ts";
import {
  type BfdInput,
  type BfdRules,
  type BfdSession,
  bfdWakeAt,
  isDetectionDue,
  isOwnPause,
  lastBfdPacket,
  resumeBfd,
  silentRules,
  startBfd,
  stepBfd,
} from "../../check/network/bfd-session.ts";
import type { IpAddress } from "../../model/address.ts";
import { isRefused } from "../../model/error.ts";
import { addMs, type Instant, seconds } from "../../model/time.ts";
import type {
  BfdSender,
  BfdWay,
  OpenBfdSender,
} from "../../system/net/real-servers/bfd-sockets.ts";
import { lookAtOnce } from "../../system/net/real-servers/readiness.ts";
import type { Alarm } from "../../system/process/clock.ts";
import { type CheckResult, type Failed, failed, failedByNumber, passed } from "../check-result.ts";

/** The peer, and how packets go to it. */
export interface BfdSettings extends BfdRules {
  readonly address: IpAddress;
  /** Routers between at most; 0: none, by RFC 5881. */
  readonly maxHops: number;
}

export interface BfdEndDoors {
  readonly now: () => Instant;
  readonly openAlarm: (wake: () => void) => Alarm;
  readonly openSender: OpenBfdSender;
}

/** `signed-off`: the peer has said AdminDown. */
export type BfdStanding = "up" | "down" | "signed-off";

/** Hears what goes on: a packet of either side, or null: it stands otherwise. */
export type BfdListener = (side: "sent" | "heard", packet: BfdPacket | null) => void;

/** A session sends once a second until it is up: three packets of each side are enough. */
const risesWithin = seconds(3);
/** A restart takes less; the peer waits for so long. */
const restartMax = seconds(6);

export const wayOf = ({ maxHops }: Pick<BfdSettings, "maxHops">): BfdWay =>
  maxHops === 0 ? "single" : "multihop";

const troubleOf = (trouble: number | "refused"): Failed =>
  trouble === "refused"
    ? failed("unreachable", "no BFD program listens there (port unreachable)")
    : failedByNumber(trouble, "unreachable");

export class BfdEnd {
  readonly listeners = new Set<BfdListener>();
  /** Why nothing can be heard; null: it can. */
  deaf: string | null = null;
  readonly #doors: BfdEndDoors;
  readonly #alarm: Alarm;
  #settings: BfdSettings;
  #session: BfdSession;
  #sender: BfdSender | null = null;
  /** Why nothing is sent (errno), or the peer has said that it has no such port. */
  #trouble: number | "refused" | null = null;
  #closed = false;
  /** Until then it may come up for the first time; null: it has, and was down since. */
  #risesUntil: Instant | null;

  /** Nothing is sent before `configure` or the next turn. `session`: of the process before this one. */
  constructor(settings: BfdSettings, doors: BfdEndDoors, session?: BfdSession) {
    this.#settings = settings;
    this.#doors = doors;
    const now = doors.now();
    this.#session =
      session === undefined
        ? startBfd(settings, randomBytes(4).readUInt32BE() || 1, now)
        : resumeBfd(session, now);
    this.#risesUntil = addMs(now, risesWithin);
    this.#alarm = doors.openAlarm(() => this.#wake());
    this.#alarm.at(now);
  }

  get settings(): BfdSettings {
    return this.#settings;
  }

  get session(): BfdSession {
    return this.#session;
  }

  get standing(): BfdStanding {
    const { state, why } = this.#session;
    return state === "up" ? "up" : why.onPurpose === true ? "signed-off" : "down";
  }

  /** Whether it is not up because it has not had the time to be. */
  get isRising(): boolean {
    const until = this.#risesUntil;
    if (until === null || this.standing !== "down" || this.deaf !== null) return false;
    return this.#doors.now() < until;
  }

  configure(settings: BfdSettings): void {
    const { minTx, minRx, multiplier, passive } = settings;
    this.#settings = settings;
    this.#input({ kind: "rules", rules: { minTx, minRx, multiplier, passive } });
  }

  /** Bytes from the peer's address. */
  hear(bytes: Uint8Array): void {
    const packet = decodeBfd(bytes);
    if (isRefused(packet)) return;
    this.#report("heard", packet);
    this.#input({ kind: "heard", packet });
  }

  /** What a try makes of it; `ignores`: AdminDown says nothing of the server. */
  verdict(ignores: boolean): CheckResult {
    const { why, peer, diagnostic } = this.#session;
    const { standing } = this;
    if (this.deaf !== null) return failed("local", this.deaf);
    if (standing === "up" || (standing === "signed-off" && ignores)) return passed;
    const trouble = this.#trouble === null ? null : troubleOf(this.#trouble);
    if (trouble?.reason === "local") return trouble;
    if (peer !== null || trouble === null) return failed(why.reason, why.text);
    return diagnostic === 0 ? trouble : failed(why.reason, `${why.text}; ${trouble.why}`);
  }

  /** What the next process goes on with. The peer is asked to wait for it. */
  leave(): BfdSession {
    if (this.#session.state === "up")
      this.#input({ kind: "rules", rules: silentRules(this.#session.rules, restartMax) });
    return this.#session;
  }

  /** `onPurpose`: the peer is to know that this end goes away. */
  close(onPurpose: boolean): void {
    if (this.#closed) return;
    if (onPurpose && this.#session.peer !== null) this.#send(lastBfdPacket(this.#session));
    this.#closed = true;
    this.#alarm.close();
    this.#sender?.close();
  }

  #wake(): void {
    // A paused process wakes with its timers overdue and the packets unread.
    if (isDetectionDue(this.#session, this.#doors.now())) lookAtOnce();
    this.#input({ kind: "wake" });
  }

  #input(input: BfdInput): void {
    if (this.#closed) return;
    const before = this.#session;
    const moment = { now: this.#doors.now(), random: Math.random() };
    const { session, packets } = stepBfd(before, input, moment);
    this.#session = session;
    for (const packet of packets) this.#send(packet);
    this.#alarm.at(bfdWakeAt(session));
    if (session.state === before.state && session.why.text === before.why.text) return;
    // The next one is sent by the route that there is then.
    if (session.state === "down") this.#closeSender();
    this.#rising(before);
    this.#report("heard", null);
  }

  /** Back from AdminDown, or from a pause of this machine's, it has its time as at first. */
  #rising(before: BfdSession): void {
    const now = this.#doors.now();
    const isExcused = before.why.onPurpose === true || isOwnPause(this.#session, now);
    if (this.standing === "up") this.#risesUntil = null;
    else if (this.standing === "down" && isExcused) this.#risesUntil = addMs(now, risesWithin);
  }

  #send(packet: BfdPacket): void {
    this.#trouble = this.#sent(encodeBfd(packet));
    if (typeof this.#trouble === "number") this.#closeSender();
    this.#report("sent", packet);
  }

  #sent(bytes: Uint8Array): number | "refused" | null {
    const { address } = this.#settings;
    const sender = this.#sender ?? this.#doors.openSender(address, wayOf(this.#settings));
    if (typeof sender === "number") return sender;
    this.#sender = sender;
    return sender.send(bytes);
  }

  #closeSender(): void {
    this.#sender?.close();
    this.#sender = null;
  }

  #report(side: "sent" | "heard", packet: BfdPacket | null): void {
    for (const listener of [...this.listeners]) listener(side, packet);
  }
}
