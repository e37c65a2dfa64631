/**
 * How often a wrong password may be given: per address of the network, and per user over all
 * addresses. Each attempt counts before it is judged, so that many at once gain nothing.
 *
 * Invariant: no count of a user is forgotten before its time, however many names are tried: names
 * share a fixed number of counts, in a way that only this process knows. So a name that is no
 * user's is refused as one that is.
 */
import { createHmac, randomBytes } from "node:crypto";
import ipaddr from "ipaddr.js";

const windowMs = 10 * 60_000;
/** A person who has forgotten which of a few passwords it was. */
const perAddressMax = 10;
/** Higher, so that one address alone cannot keep a user out. */
const perUserMax = 50;
/** Then the oldest go: more addresses than this at once are an attack, which the users' bound meets. */
const addressesMax = 10_000;
/** Two users share one by chance alone. */
const userCounts = 4096;

interface Count {
  failures: number;
  until: number;
}

export class Attempts {
  readonly #addresses = new Map<string, Count>();
  readonly #users = new Map<number, Count>();
  readonly #key = randomBytes(32);
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Takes one attempt; returns after how many seconds the next is taken, or null: it is taken. */
  take(address: string, user: string): number | null {
    const counts = this.#both(address, user);
    const [from, as] = counts;
    const late = [
      ...(from.failures >= perAddressMax ? [from.until] : []),
      ...(as.failures >= perUserMax ? [as.until] : []),
    ];
    if (late.length > 0) return Math.max(1, Math.ceil((Math.max(...late) - this.#now()) / 1000));
    for (const count of counts) count.failures += 1;
    return null;
  }

  /** The attempt was not looked at: it does not count. */
  giveBack(address: string, user: string): void {
    for (const count of this.#both(address, user)) count.failures -= 1;
  }

  /** The attempt was right: it does not count, and the address begins anew. */
  succeeded(address: string, user: string): void {
    const [from, as] = this.#both(address, user);
    from.failures = 0;
    as.failures -= 1;
  }

  #both(address: string, user: string): readonly [Count, Count] {
    const from = this.#count(this.#addresses, networkOf(address));
    if (this.#addresses.size > addressesMax)
      this.#addresses.delete(this.#addresses.keys().next().value ?? "");
    const digest = createHmac("sha256", this.#key).update(user).digest();
    return [from, this.#count(this.#users, digest.readUInt32BE() % userCounts)];
  }

  #count<Key>(counts: Map<Key, Count>, key: Key): Count {
    const now = this.#now();
    const known = counts.get(key);
    if (known !== undefined && known.until > now) return known;
    counts.delete(key);
    const fresh = { failures: 0, until: now + windowMs };
    counts.set(key, fresh);
    return fresh;
  }
}

/** One host: an IPv4 address, or the 64 bits of IPv6 within which a host chooses freely. */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === "ipv4") return parsed.toString();
  const network = ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toNormalizedString()}/64`);
  return network.toString();
}
