/**
 * What a claim announces while it is under way, each VIP as soon as the kernel has confirmed it,
 * and then all of them for as long as they are held.
 */
import type { Instant } from "../../model/time.ts";
import type { FloatingAddress } from "../../system/ip/ip.ts";
import type { Announcements } from "./announcements.ts";
import type { Holdings } from "./holdings.ts";

export interface ClaimAnnouncementsParts {
  readonly announcements: Announcements;
  readonly holdings: Holdings;
  /** Whether this router is to hold the VIPs, at the moment. */
  readonly holding: () => boolean;
  readonly now: () => Instant;
}

export class ClaimAnnouncements {
  readonly #parts: ClaimAnnouncementsParts;
  /** What the present claim has announced, and when the first VIP of it. */
  readonly #announced = new Set<string>();
  #firstAt: Instant | undefined;

  constructor(parts: ClaimAnnouncementsParts) {
    this.#parts = parts;
  }

  /** A claim begins: it has announced nothing. */
  begin(): void {
    this.#announced.clear();
    this.#firstAt = undefined;
  }

  /** What a claim has added. One whose release was asked for meanwhile announces nothing. */
  added(vips: readonly FloatingAddress[]): void {
    const { holding, announcements, holdings, now } = this.#parts;
    if (!holding()) return;
    for (const { prefix } of vips) this.#announced.add(prefix.address);
    announcements.once(() => ({ vips, interfaces: holdings.interfaces }));
    if (vips[0]?.kind !== "nat-router") this.#firstAt ??= now();
  }

  /**
   * Announces now what the claim has not announced already, and all of them again as configured for
   * as long as the VIPs are held. When the claim announced its first VIP, if it did.
   */
  start(): Instant | undefined {
    const { holding, announcements, holdings } = this.#parts;
    const held = (): FloatingAddress[] =>
      holding() ? holdings.wanted.filter((vip) => holdings.held(vip)) : [];
    const rest = held().filter(({ prefix }) => !this.#announced.has(prefix.address));
    const firstAt = this.#firstAt;
    this.begin();
    announcements.start(
      () => ({ vips: held(), interfaces: holdings.interfaces }),
      () => ({ vips: rest, interfaces: holdings.interfaces }),
    );
    return firstAt;
  }
}
