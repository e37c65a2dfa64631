/**
 * Tries by ICMP echo. One raw socket for each family and origin serves all of them, since the
 * kernel gives each one a copy of every reply: it is open, and looked at, only while a try waits.
 */
import { type Family, family, type IpAddress } from "../../model/address.ts";
import { messageOf } from "../../model/error.ts";
import type { Origin } from "../../model/origin.ts";
import { type EchoSocket, openEchoSocket } from "../../system/net/echo-socket.ts";
import { type CheckResult, type Deadline, failed, late, passed } from "../check-result.ts";
import type { Endpoint } from "../target.ts";

/**
 * How long, in ms, a look for replies waits for the next: a round trip within a site is shorter.
 */
const lookEvery = 2;
/**
 * A request without an answer for so long is looked for less often, so that down hosts cost little.
 */
const patientAfter = 50;
const patientEvery = 10;
/** Replies of one look; more are a flood, of which the next look sees the rest. */
const repliesPerLookMax = 256;

interface Asked {
  readonly address: IpAddress;
  readonly end: (verdict: CheckResult) => void;
}

class Pings {
  readonly #family: Family;
  readonly #origin: Origin | null;
  /** Nothing waits any more. */
  readonly #idle: () => void;
  #socket: EchoSocket | null = null;
  #timer: NodeJS.Timeout | null = null;
  /** By the tag of the request. */
  readonly #asked = new Map<number, Asked>();
  #tag = 0;
  /** When the newest request was sent, in ms. */
  #newest = 0;

  constructor(of: Family, origin: Origin | null, idle: () => void = () => {}) {
    this.#family = of;
    this.#origin = origin;
    this.#idle = idle;
  }

  /** Asks once. `end` is called at most once. Throws MachineError without CAP_NET_RAW. */
  ask(address: IpAddress, end: (verdict: CheckResult) => void): () => void {
    this.#socket ??= openEchoSocket(this.#family, this.#origin);
    this.#tag = (this.#tag + 1) >>> 0;
    const tag = this.#tag;
    const why = this.#socket.send(address, tag);
    const forget = (): void => {
      this.#asked.delete(tag);
      if (this.#asked.size === 0) this.#close();
    };
    if (why !== null) {
      forget();
      end(failed("unreachable", why));
      return () => {};
    }
    this.#newest = performance.now();
    this.#asked.set(tag, { address, end });
    this.#lookLater();
    return forget;
  }

  #lookLater(): void {
    const patient = performance.now() - this.#newest > patientAfter;
    this.#timer ??= setTimeout(() => this.#look(), patient ? patientEvery : lookEvery);
  }

  #look(): void {
    this.#timer = null;
    try {
      for (let count = 0; count < repliesPerLookMax && this.#socket !== null; count++) {
        const reply = this.#socket.receive();
        if (reply === null) break;
        const asked = this.#asked.get(reply.tag);
        if (asked?.address !== reply.from) continue;
        this.#asked.delete(reply.tag);
        asked.end(passed);
      }
    } catch (thrown) {
      for (const { end } of [...this.#asked.values()]) end(failed("local", messageOf(thrown)));
      this.#asked.clear();
    }
    if (this.#asked.size > 0) this.#lookLater();
    else this.#close();
  }

  #close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#socket?.close();
    this.#socket = null;
    this.#idle();
  }
}

const pings: Readonly<Record<Family, Pings>> = { 4: new Pings(4, null), 6: new Pings(6, null) };
/** By family and origin, while a try waits. */
const pingsFrom = new Map<string, Pings>();

function pingsOf(of: Family, origin: Origin | null): Pings {
  if (origin === null) return pings[of];
  const name = JSON.stringify([of, origin]);
  const known = pingsFrom.get(name);
  if (known !== undefined) return known;
  const fresh: Pings = new Pings(of, origin, () => {
    if (pingsFrom.get(name) === fresh) pingsFrom.delete(name);
  });
  pingsFrom.set(name, fresh);
  return fresh;
}

/** One echo request and its reply. */
export function tryPing(
  _check: unknown,
  { address, origin }: Endpoint,
  deadline: Deadline,
): Promise<CheckResult> {
  return new Promise((resolve) => {
    if (deadline.signal.aborted) return resolve(late("echo reply", deadline));
    const expire = (): void => {
      forget();
      resolve(late("echo reply", deadline));
    };
    deadline.transcript?.note(`echo request to ${address}`);
    const forget = pingsOf(family(address), origin ?? null).ask(address, (verdict) => {
      deadline.signal.removeEventListener("abort", expire);
      if (verdict.kind === "passed") deadline.transcript?.note("echo reply");
      resolve(verdict);
    });
    deadline.signal.addEventListener("abort", expire, { once: true });
  });
}
