/**
 * The VIPs of this router in the kernel: claims and releases them when the failover machine says
 * so, keeps them as they should be in between, and announces them.
 *
 * Decides nothing about who is active. Invariant: what is said to be held is no more than what the
 * kernel said when it was last read (holdings.ts). Whoever adds or removes a VIP behind our back is
 * noticed through the kernel's own notifications and put right.
 */
import type { IpAddress } from "../../model/address.ts";
import { messageOf } from "../../model/error.ts";
import type { EventBody } from "../../model/event.ts";
import type { Fault } from "../../model/router.ts";
import { between, type Instant, type Ms, ms } from "../../model/time.ts";
import {
  type AddressOutcome,
  type FloatingAddress,
  type Interface,
  type Ip,
  printFloating,
} from "../../system/ip/ip.ts";
import type { Stranger } from "../../system/net/announce.ts";
import { UnderWay } from "../under-way.ts";
import type { Announcements } from "./announcements.ts";
import { ClaimAnnouncements } from "./claim-announcements.ts";
import { Holdings } from "./holdings.ts";
import { Strangers } from "./strangers.ts";
import { Tidying } from "./tidying.ts";
import { Upkeep } from "./upkeep.ts";

export interface VipsParts {
  readonly ip: Pick<Ip, "claim" | "release" | "remove" | "expire" | "readInterfaces">;
  readonly announcements: Announcements;
  readonly report: (event: EventBody) => void;
  /** `faults()` may answer differently now. */
  readonly faultsChanged: () => void;
  readonly now: () => Instant;
  /** Whether a device takes IPv6 addresses now. */
  readonly ipv6: (device: string) => boolean;
  /** What the kernel's devices are, each time they were read. */
  readonly interfacesRead: (interfaces: readonly Interface[]) => void;
  /** Leaves behind, for whoever cleans up after us, the list of what may be held. */
  readonly remember: (vips: readonly FloatingAddress[]) => void;
}

/** How a claim or a release ended. */
export type Done = { readonly ok: true } | { readonly ok: false; readonly why: string };

/** Notifications that follow each other are answered by one look at the kernel. */
const settleAfter = ms(10);
/**
 * What a claim or a release has changed is known: clients that come back now go before the look.
 */
const settleAfterMove = ms(100);

export class Vips {
  readonly #parts: VipsParts;
  readonly #holdings: Holdings;
  #holding = false;
  /**
   * Neither claimed nor released by this process yet, or left to the next one: not ours to mend.
   */
  #spared = false;
  /** Claims and releases. */
  readonly #moves = new UnderWay();
  readonly #announcing: ClaimAnnouncements;
  /** Why addresses cannot be looked at, by a router that holds none. */
  #unread: Fault | null = null;
  #faults: readonly Fault[] = [];
  /** What was left for a clean-up. */
  #remembered = "";
  readonly #upkeep: Upkeep;
  readonly #strangers: Strangers;

  constructor(parts: VipsParts) {
    this.#parts = parts;
    this.#holdings = new Holdings(parts.ipv6);
    const { ip, announcements, report, now } = parts;
    const holding = (): boolean => this.#holding;
    this.#announcing = new ClaimAnnouncements({
      announcements,
      holdings: this.#holdings,
      holding,
      now,
    });
    this.#strangers = new Strangers({ announcements, report, now });
    this.#upkeep = new Upkeep({
      ip,
      holdings: this.#holdings,
      tidying: new Tidying({
        ip,
        report,
        holdings: this.#holdings,
        holding: () => this.#holding && !this.#spared,
      }),
      report,
      holding,
      leaveAlone: () => this.#moves.any || this.#spared,
      read: () => this.#read(),
      unread: (why) => this.#unreadable(why),
      refreshFaults: () => this.#refreshFaults(),
      announce: () => void this.announce(),
    });
  }

  /** The VIPs of the configuration in the order of claiming; their devices are known. */
  configure(vips: readonly FloatingAddress[]): void {
    this.#holdings.configure(vips);
    this.#strangers.keepOnly(new Set(vips.map(({ prefix }) => prefix.address)));
    this.#remember();
  }

  /** On devices as they are called now. */
  get wanted(): readonly FloatingAddress[] {
    return this.#holdings.wanted;
  }

  /** What a device of the configuration is called now. */
  deviceNow(name: string): string {
    return this.#holdings.deviceNow(name);
  }

  /** What is there was kept for this process: it stays until it is claimed or released. */
  spare(): void {
    this.#spared = true;
  }

  /** Leaves the VIPs to the next process: the kernel drops them after `lifetime` if none comes. */
  async keep(lifetime: Ms): Promise<Done> {
    this.#spared = true;
    try {
      const held = this.wanted.filter((vip) => this.#holdings.held(vip));
      const { missing, reasons } = await this.#parts.ip.expire(held, lifetime);
      if (missing.length === 0 && reasons.length === 0) return { ok: true };
      const absent = missing.map((vip) => `${printFloating(vip)} is not there`);
      return { ok: false, why: [...reasons, ...absent].join("; ") };
    } catch (thrown) {
      return { ok: false, why: messageOf(thrown) };
    }
  }

  /** Reads devices and addresses, so that announcements know them. Throws MachineError. */
  async look(): Promise<void> {
    await this.#read();
  }

  /**
   * Adds all VIPs that this machine can hold, in order, and announces each as soon as the kernel
   * has confirmed it. Those that it cannot hold are faults; without others it has failed.
   *
   * The NAT router's address is announced before any VIP is here: the former holder hands on the
   * SYNs that still reach it as soon as this kernel answers for the VIP, and an answer of a real
   * server that then goes to the old gateway is lost (measured: all tries of 40 ms).
   */
  async claim(): Promise<Done> {
    this.#holding = true;
    this.#spared = false;
    this.#strangers.expect();
    this.#announcing.begin();
    return this.#claim(null, (added) => this.#announcing.added(added));
  }

  /** Removes all VIPs, also those of former configurations, in whatever form they are here. */
  async release(): Promise<Done> {
    this.#holding = false;
    this.#spared = false;
    this.#parts.announcements.stop();
    this.#strangers.clear();
    const done = await this.#free(this.#holdings.releasable());
    if (done.ok) this.#holdings.forgetFormer();
    return done;
  }

  /**
   * Announces now what the claim has not announced already, and all of them again as configured for
   * as long as the VIPs are held. When the claim announced its first VIP, if it did.
   */
  announce(): Instant | undefined {
    return this.#announcing.start();
  }

  /** What a reload left over or brought, made true while holding. */
  async settle(): Promise<Done> {
    // A claim would take the lifetime from what is left to the next process.
    if (this.#spared) return { ok: true };
    const { former } = this.#holdings;
    if (former.length > 0) {
      const freed = await this.#free(former);
      if (!freed.ok) return freed;
      this.#holdings.forgetFormer();
      this.#remember();
    }
    if (!this.#holding) return { ok: true };
    const before = this.#holdings.heldNow();
    const done = await this.#claim(before, () => {});
    const isNew = ({ prefix }: FloatingAddress) => !before.has(prefix.address);
    if (done.ok && this.wanted.some((vip) => isNew(vip) && this.#holdings.held(vip)))
      this.announce();
    return done;
  }

  /** Resolves when no claim and no release is under way. */
  idle(): Promise<void> {
    return this.#moves.none();
  }

  /** Whether this machine answers for it, in whatever form. */
  held(vip: FloatingAddress): boolean {
    return this.#holdings.held(vip);
  }

  /** The MAC of a third machine that answers for the address, or null. */
  answeredBy(address: IpAddress): string | null {
    return this.#strangers.of(address);
  }

  faults(): readonly Fault[] {
    return this.#faults;
  }

  /** The kernel has reported a change of addresses or links: look, soon and once. */
  changed(): void {
    // A move ends with a look of its own.
    if (!this.#moves.any) this.#upkeep.lookIn(settleAfter);
  }

  /** See strangers.ts. */
  heardStranger(stranger: Stranger, unsettled: string | null): boolean {
    if (!this.#holding) return false;
    const heard = this.#strangers.heard(stranger, unsettled);
    if (heard === "announce") this.announce();
    return heard !== "ignored";
  }

  close(): void {
    this.#upkeep.close();
    this.#parts.announcements.stop();
  }

  async #read(): Promise<void> {
    const interfaces = await this.#parts.ip.readInterfaces();
    for (const { was, is } of this.#holdings.take(interfaces)) {
      const text = `${was} is called ${is} now; its VIPs stay on it, and the configuration is to say so`;
      this.#parts.report({ event: "link", kind: "renamed", device: was, text });
    }
    this.#remember();
    this.#parts.interfacesRead(interfaces);
    this.#refreshFaults();
  }

  /** For a clean-up after a crash; only when it has changed. */
  #remember(): void {
    const vips = [...this.#holdings.wanted, ...this.#holdings.former];
    const text = vips.map(printFloating).join("\n");
    if (text === this.#remembered) return;
    this.#remembered = text;
    this.#parts.remember(vips);
  }

  /** Claims what can be held. After a reload what was held `before` is not reported. */
  async #claim(
    before: ReadonlySet<IpAddress> | null,
    onAdded: (added: readonly FloatingAddress[]) => void,
  ): Promise<Done> {
    const began = this.#parts.now();
    const claimable = this.#holdings.claimable();
    const done = await this.#perform("claim", () => this.#parts.ip.claim(claimable, onAdded));
    if (!done.ok) return done;
    const { wanted } = this;
    const held = wanted.filter((vip) => this.#holdings.held(vip));
    if (wanted.length > 0 && held.length === 0)
      return this.#failed("claim", this.#faults.map(({ text }) => text).join("; "));
    const fresh = held.filter(({ prefix }) => before?.has(prefix.address) !== true);
    if (before === null || fresh.length > 0) this.#reportMove("claimed", fresh, began);
    return done;
  }

  async #free(vips: readonly FloatingAddress[]): Promise<Done> {
    const began = this.#parts.now();
    // Where nothing could be read yet, whatever was to go may have been here.
    const { interfaces } = this.#holdings;
    const here = vips.filter((vip) => interfaces.length === 0 || this.#holdings.held(vip));
    const done = await this.#perform("release", () => this.#parts.ip.release(vips));
    if (done.ok && here.length > 0) this.#reportMove("released", here, began);
    return done;
  }

  #reportMove(
    kind: "claimed" | "released",
    vips: readonly FloatingAddress[],
    began: Instant,
  ): void {
    const took_ms = between(began, this.#parts.now());
    this.#parts.report({ event: "vip", kind, addresses: vips.map(printFloating), took_ms });
  }

  /** A claim may leave some out; a release that leaves one behind has failed. */
  async #perform(what: "claim" | "release", act: () => Promise<AddressOutcome>): Promise<Done> {
    try {
      const outcome = await this.#moves.during(async () => {
        const seen = await act();
        this.#holdings.note(seen, what);
        return seen;
      });
      this.#unread = null;
      this.#refreshFaults();
      if (what === "claim" || outcome.held.length === 0) return { ok: true };
      return this.#failed(what, outcome.reasons.join("; ") || "the kernel says otherwise");
    } catch (thrown) {
      return this.#failed(what, messageOf(thrown));
    } finally {
      this.#upkeep.lookIn(settleAfterMove);
    }
  }

  #failed(what: "claim" | "release", why: string): Done {
    this.#parts.report({ event: "vip", kind: `${what}-failed`, text: why });
    return { ok: false, why };
  }

  /** Why addresses cannot be looked at while none is held; null: they can. */
  #unreadable(why: string | null): void {
    this.#unread = why === null ? null : { kind: "claim", subject: "addresses", text: why };
    this.#refreshFaults();
  }

  /** How many there are. */
  #refreshFaults(): number {
    const before = JSON.stringify(this.#faults);
    const lacking = this.#holdings.faults();
    this.#faults = this.#unread === null ? lacking : [this.#unread, ...lacking];
    if (JSON.stringify(this.#faults) !== before) this.#parts.faultsChanged();
    return this.#faults.length;
  }
}
