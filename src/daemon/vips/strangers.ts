/**
 * Cards that are not ours and answer for VIPs that are held here: a third machine's, which is
 * reported, or the peer's, which the two routers settle between them.
 */
import type { IpAddress } from "../../model/address.ts";
import type { EventBody } from "../../model/event.ts";
import { between, type Instant, ms } from "../../model/time.ts";
import type { Stranger } from "../../system/net/announce.ts";
import type { Announcements } from "./announcements.ts";

export interface StrangersParts {
  readonly announcements: Pick<Announcements, "refresh" | "postpone">;
  readonly report: (event: EventBody) => void;
  readonly now: () => Instant;
}

/** A stranger is asked for at every refresh; one that does not answer twice has gone. */
const forgottenAfter = ms(3000);
/**
 * Announcements of the former holder that are still on their way are no strangers' ones; whoever
 * goes on answering is found by the next probe.
 */
const strangerGrace = ms(1000);

export class Strangers {
  readonly #parts: StrangersParts;
  readonly #heard = new Map<IpAddress, { readonly mac: string; readonly heardAt: Instant }>();
  #claimedAt: Instant | null = null;

  constructor(parts: StrangersParts) {
    this.#parts = parts;
  }

  /** A claim begins now. */
  expect(): void {
    this.#claimedAt = this.#parts.now();
  }

  /** Forgets those of other addresses. */
  keepOnly(addresses: ReadonlySet<IpAddress>): void {
    for (const address of this.#heard.keys())
      if (!addresses.has(address)) this.#heard.delete(address);
  }

  clear(): void {
    this.#heard.clear();
  }

  /**
   * Somebody whose MAC is not ours answers for a VIP that is held here. `unsettled`: where it is the
   * peer's, why the two routers will not settle it; null: they will. `ignored`: it contests nothing
   * yet; `announce`: the VIPs are to be announced, against it.
   */
  heard(stranger: Stranger, unsettled: string | null): "ignored" | "known" | "announce" {
    const { announcements, report, now } = this.#parts;
    if (this.#claimedAt === null || between(this.#claimedAt, now()) < strangerGrace)
      return "ignored";
    const known = this.#note(stranger);
    // Between the two routers the failover decides, and whoever remains announces then: what was
    // said before would call clients to a router that is about to give way.
    const { isPeer, ...who } = stranger;
    const settles = isPeer && unsettled === null;
    if (settles) announcements.postpone();
    if (known) return "known";
    const what = isPeer
      ? ({ kind: "contested", text: unsettled ?? "the routers settle it" } as const)
      : ({ kind: "stranger" } as const);
    report({ event: "vip", ...who, ...what });
    return settles ? "known" : "announce";
  }

  /** The MAC of a machine that answers for the address, or null. */
  of(address: IpAddress): string | null {
    const stranger = this.#heard.get(address);
    if (stranger === undefined) return null;
    const silence = between(stranger.heardAt, this.#parts.now());
    return silence > this.#parts.announcements.refresh + forgottenAfter ? null : stranger.mac;
  }

  /** Whether it was known already. */
  #note({ address, mac }: Stranger): boolean {
    const known = this.of(address) === mac;
    this.#heard.set(address, { mac, heardAt: this.#parts.now() });
    return known;
  }
}
