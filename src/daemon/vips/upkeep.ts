/**
 * Looks at the kernel whenever something has changed, and puts right what is not as it should be:
 * on the holder it puts lost VIPs back, on any other router it removes what is left of them. What
 * fails is tried again, ever less often.
 */
import { type IpAddress, printPrefix } from "../../model/address.ts";
import { messageOf } from "../../model/error.ts";
import type { EventBody } from "../../model/event.ts";
import { type Ms, ms } from "../../model/time.ts";
import type { FloatingAddress, Ip } from "../../system/ip/ip.ts";
import type { Holdings } from "./holdings.ts";
import type { Tidying } from "./tidying.ts";

export interface UpkeepParts {
  readonly ip: Pick<Ip, "claim">;
  readonly holdings: Holdings;
  readonly tidying: Tidying;
  readonly report: (event: EventBody) => void;
  /** Whether this router is to hold the VIPs, at the moment. */
  readonly holding: () => boolean;
  /** A claim or a release is under way, or what is there is not ours to mend. */
  readonly leaveAlone: () => boolean;
  /** Reads devices and addresses. Throws MachineError. */
  readonly read: () => Promise<void>;
  /** Why a router that holds nothing cannot look; null: it can. */
  readonly unread: (why: string | null) => void;
  /** What this machine lacks may have changed; how many faults there are. */
  readonly refreshFaults: () => number;
  readonly announce: () => void;
}

/** How soon a VIP that cannot be put back is tried again; doubles with each failure in a row. */
const retryAfter = ms(1000);
const retryMax = ms(30_000);
/** How often a router that holds nothing looks whether it could hold what it lacks. */
const lackingLook = ms(5000);

export class Upkeep {
  readonly #parts: UpkeepParts;
  #timer: NodeJS.Timeout | null = null;
  #retry: Ms = retryAfter;
  /** Why addresses cannot be read while they are held; null when they can. */
  #blind: string | null = null;

  constructor(parts: UpkeepParts) {
    this.#parts = parts;
  }

  /** Looks after this time, or earlier where a look is due already. */
  lookIn(length: Ms): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      void this.#look();
    }, length);
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  async #look(): Promise<void> {
    const { holdings, holding, leaveAlone, tidying } = this.#parts;
    if (leaveAlone()) return;
    const before = holdings.heldNow();
    const devices = holdings.interfaces;
    try {
      await this.#parts.read();
      this.#blind = null;
      this.#parts.unread(null);
      if (leaveAlone()) return;
      if (!holding()) return await this.#clear();
      if (holdings.reachedAnew(devices)) this.#parts.announce();
      await this.#putBack(before);
      if (leaveAlone()) return;
      if (await tidying.strays()) this.lookIn(retryAfter);
    } catch (thrown) {
      this.#cannotLook(messageOf(thrown));
      this.lookIn(retryAfter);
    }
  }

  async #clear(): Promise<void> {
    const gone = await this.#parts.tidying.everything();
    const lacking = this.#parts.refreshFaults();
    if (!gone) this.lookIn(retryAfter);
    else if (lacking > 0) this.lookIn(lackingLook);
  }

  /**
   * A router that cannot look at its addresses cannot claim any. But one that holds them still has
   * them, and handing over would leave them behind: what cannot look cannot let go either.
   */
  #cannotLook(why: string): void {
    if (!this.#parts.holding()) {
      this.#parts.unread(why);
      return;
    }
    if (this.#blind === why) return;
    this.#blind = why;
    const text = `the VIPs stay, but addresses and links cannot be read: ${why}`;
    this.#parts.report({ event: "machine", kind: "failed", text });
  }

  async #putBack(before: ReadonlySet<IpAddress>): Promise<void> {
    const { ip, holdings, holding } = this.#parts;
    const lost = holdings.wanted.filter((vip) => !holdings.held(vip));
    if (lost.length === 0) {
      this.#retry = retryAfter;
      return;
    }
    const claimable = holdings.claimable();
    const tried = new Set(claimable);
    const worthIt = lost.filter((vip) => tried.has(vip));
    const fresh = lost.filter(({ prefix }) => before.has(prefix.address));
    const mended = "removed by somebody else; it is put back";
    for (const vip of fresh) this.#report("lost", vip, holdings.lack(vip) ?? mended);
    if (fresh.length > 0) this.#retry = retryAfter;
    if (worthIt.length > 0) {
      holdings.note(await ip.claim(claimable), "claim");
      this.#parts.refreshFaults();
      if (!holding()) return;
      const back = lost.filter((vip) => holdings.held(vip));
      for (const vip of back) this.#report("restored", vip, "held again");
      if (back.length > 0) this.#parts.announce();
      if (worthIt.every((vip) => holdings.held(vip))) this.#retry = retryAfter;
      else this.#retry = ms(Math.min(retryMax, this.#retry * 2));
    }
    if (lost.some((vip) => !holdings.held(vip))) this.lookIn(this.#retry);
  }

  #report(kind: "lost" | "restored", vip: FloatingAddress, text: string): void {
    const [address, { device }] = [printPrefix(vip.prefix), vip];
    this.#parts.report({ event: "vip", kind, address, device, text });
  }
}
