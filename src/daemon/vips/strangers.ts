/** Which cards that are not ours answer for VIPs, as far as they were heard. */
import type { IpAddress } from "../../model/address.ts";
import { between, type Instant, type Ms, ms } from "../../model/time.ts";
import type { Stranger } from "../../system/net/announce.ts";

/** A stranger is asked for at every refresh; one that does not answer twice has gone. */
const forgottenAfter = ms(3000);

export class Strangers {
  readonly #now: () => Instant;
  /** How long after one refresh of the announcements the next one comes. */
  readonly #refresh: () => Ms;
  readonly #heard = new Map<IpAddress, { readonly mac: string; readonly heardAt: Instant }>();

  constructor(now: () => Instant, refresh: () => Ms) {
    this.#now = now;
    this.#refresh = refresh;
  }

  /** Forgets those of other addresses. */
  keepOnly(addresses: ReadonlySet<IpAddress>): void {
    for (const address of this.#heard.keys())
      if (!addresses.has(address)) this.#heard.delete(address);
  }

  clear(): void {
    this.#heard.clear();
  }

  /** Whether it was known already. */
  note({ address, mac }: Stranger): boolean {
    const known = this.of(address) === mac;
    this.#heard.set(address, { mac, heardAt: this.#now() });
    return known;
  }

  /** The MAC of a machine that answers for the address, or null. */
  of(address: IpAddress): string | null {
    const stranger = this.#heard.get(address);
    if (stranger === undefined) return null;
    const silence = between(stranger.heardAt, this.#now());
    return silence > this.#refresh() + forgottenAfter ? null : stranger.mac;
  }
}
