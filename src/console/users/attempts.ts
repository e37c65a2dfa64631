/**
 * How often a wrong password may be given: per address of the network, and per user over all
 * addresses. Each attempt counts before it is judged, so that many at once gain nothing.
 */
import ipaddr from "ipaddr.js";

const windowMs = 10 * 60_000;
/** A person who has forgotten which of a few passwords it was. */
const perAddressMax = 10;
/** Higher, so that one address alone cannot keep a user out. */
const perUserMax = 50;
/** Then the oldest go: more addresses than this at once are an attack, which the users' bound meets. */
const keptMax = 10_000;

interface Count {
  failures: number;
  until: number;
}

export class Attempts {
  readonly #counts = new Map<string, Count>();
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

  /** The attempt was right: it does not count, and the address begins anew. */
  succeeded(address: string, user: string): void {
    const [from, as] = this.#both(address, user);
    from.failures = 0;
    as.failures -= 1;
  }

  #both(address: string, user: string): readonly [Count, Count] {
    return [this.#count(`from ${networkOf(address)}`), this.#count(`as ${user.slice(0, 64)}`)];
  }

  #count(key: string): Count {
    const now = this.#now();
    const known = this.#counts.get(key);
    if (known !== undefined && known.until > now) return known;
    this.#counts.delete(key);
    const fresh = { failures: 0, until: now + windowMs };
    this.#counts.set(key, fresh);
    if (this.#counts.size > keptMax) this.#counts.delete(this.#counts.keys().next().value ?? "");
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
