/**
 * The VIPs of this router in the kernel: claims and releases them when the failover machine says
 * so, keeps them as they should be in between, and announces them.
 *
 * Knows what is wanted and what the kernel last confirmed; decides nothing about who is active.
 * Invariant: `held` never claims more than the kernel said when it was last read. Whoever adds or
 * removes a VIP behind our back is noticed through the kernel's own notifications and put right.
 */
import { type IpAddress, printPrefix } from "../../model/address.ts";
import { messageOf } from "../../model/error.ts";
import type { EventBody } from "../../model/event.ts";
import type { Fault } from "../../model/router.ts";
import { between, type Instant, type Ms, ms } from "../../model/time.ts";
import type { AddressOutcome, FloatingAddress, Interface, Ip } from "../../system/ip/ip.ts";
import type { Stranger } from "../../system/net/announce.ts";
import { UnderWay } from "../under-way.ts";
import type { Announcements } from "./announcements.ts";

export interface VipsParts {
  readonly ip: Pick<Ip, "claim" | "release" | "expire" | "readInterfaces">;
  readonly announcements: Announcements;
  readonly report: (event: EventBody) => void;
  /** `faults()` may answer differently now. */
  readonly faultsChanged: () => void;
  readonly now: () => Instant;
  /** What the kernel's devices are, each time they were read. */
  readonly interfacesRead: (interfaces: readonly Interface[]) => void;
  /** Leaves behind, for whoever cleans up after us, the list of what may be held. */
  readonly remember: (vips: readonly FloatingAddress[]) => void;
}

/** How a claim or a release ended. */
export type Done = { readonly ok: true } | { readonly ok: false; readonly why: string };

/** Notifications that follow each other are answered by one look at the kernel. */
const settleAfter = ms(10);
/** What a claim or a release has changed is known: clients that come back now go before the look. */
const settleAfterMove = ms(100);
/** How often a VIP that cannot be put back is tried again. */
const retryAfter = ms(1000);
/**
 * Announcements of the former holder that are still on their way are no strangers' ones; whoever
 * goes on answering is found by the next probe.
 */
const strangerGrace = ms(1000);
/** A stranger is asked for at every refresh; one that does not answer twice has gone. */
const strangerForgottenAfter = ms(3000);

export class Vips {
  readonly #parts: VipsParts;
  #wanted: readonly FloatingAddress[] = [];
  /** Addresses that an earlier configuration or process may have left, to be freed with the rest. */
  #former: readonly FloatingAddress[] = [];
  #holding = false;
  /** Neither claimed nor released by this process yet, or left to the next one: not ours to mend. */
  #spared = false;
  /** Claims and releases. */
  readonly #moves = new UnderWay();
  /** What the present claim has announced, and when the first VIP of it. */
  readonly #told = new Set<string>();
  #toldAt: Instant | undefined;
  #held: ReadonlySet<string> = new Set();
  #interfaces: readonly Interface[] = [];
  #fault: Fault | null = null;
  /** Why addresses cannot be read while they are held; null when they can. */
  #blind: string | null = null;
  #settling: NodeJS.Timeout | null = null;
  #claimedAt: Instant | null = null;
  readonly #strangers = new Map<IpAddress, { readonly mac: string; readonly heardAt: Instant }>();

  constructor(parts: VipsParts) {
    this.#parts = parts;
  }

  /** The VIPs of the configuration in the order of claiming; their devices are known. */
  configure(vips: readonly FloatingAddress[]): void {
    const kept = new Set(vips.map(keyOf));
    this.#former = [...this.#former, ...this.#wanted].filter((vip) => !kept.has(keyOf(vip)));
    this.#wanted = vips;
    for (const key of this.#strangers.keys()) {
      if (!vips.some((vip) => vip.prefix.address === key)) this.#strangers.delete(key);
    }
    this.#parts.remember([...this.#wanted, ...this.#former]);
  }

  /** What is there was kept for this process: it stays until it is claimed or released. */
  spare(): void {
    this.#spared = true;
  }

  /** Leaves the VIPs to the next process: the kernel drops them after `lifetime` if none comes. */
  async keep(lifetime: Ms): Promise<Done> {
    this.#spared = true;
    try {
      const { missing, reasons } = await this.#parts.ip.expire(this.#wanted, lifetime);
      if (missing.length === 0 && reasons.length === 0) return { ok: true };
      const absent = missing.map((vip) => `${nameOf(vip)} is not there`);
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
   * Adds all VIPs, in order, and announces each as soon as the kernel has confirmed it.
   *
   * The NAT router's address is announced before any VIP is here: the former holder hands on the
   * SYNs that still reach it as soon as this kernel answers for the VIP, and an answer of a real
   * server that then goes to the old gateway is lost (measured: all tries of 40 ms).
   */
  async claim(): Promise<Done> {
    this.#holding = true;
    this.#spared = false;
    this.#claimedAt = this.#parts.now();
    this.#forgetTold();
    const vips = this.#wanted;
    return this.#perform("claim", () => this.#parts.ip.claim(vips, (added) => this.#tell(added)));
  }

  /** A claim that is no longer wanted, since its release was asked for, announces nothing. */
  #tell(added: readonly FloatingAddress[]): void {
    if (!this.#holding) return;
    for (const vip of added) this.#told.add(keyOf(vip));
    this.#parts.announcements.once(() => ({ vips: added, interfaces: this.#interfaces }));
    if (added[0]?.kind !== "nat-router") this.#toldAt ??= this.#parts.now();
  }

  #forgetTold(): void {
    this.#told.clear();
    this.#toldAt = undefined;
  }

  /** Removes all VIPs, also those of former configurations. */
  async release(): Promise<Done> {
    this.#holding = false;
    this.#spared = false;
    this.#parts.announcements.stop();
    this.#strangers.clear();
    const vips = this.#onDevices([...this.#wanted, ...this.#former]);
    const done = await this.#perform("release", () => this.#parts.ip.release(vips));
    if (done.ok) this.#former = [];
    return done;
  }

  /**
   * Announces now what the claim has not announced already, and all of them again as configured for
   * as long as the VIPs are held. When the claim announced its first VIP, if it did.
   */
  announce(): Instant | undefined {
    const held = (): FloatingAddress[] =>
      this.#holding ? this.#wanted.filter((vip) => this.#held.has(keyOf(vip))) : [];
    const rest = held().filter((vip) => !this.#told.has(keyOf(vip)));
    const firstAt = this.#toldAt;
    this.#forgetTold();
    this.#parts.announcements.start(
      () => ({ vips: held(), interfaces: this.#interfaces }),
      () => ({ vips: rest, interfaces: this.#interfaces }),
    );
    return firstAt;
  }

  /** What a reload left over or brought, made true while holding. */
  async settle(): Promise<Done> {
    if (this.#former.length > 0) {
      const former = this.#former;
      const freed = await this.#perform("release", () => this.#parts.ip.release(former));
      if (!freed.ok) return freed;
      this.#former = [];
      this.#parts.remember(this.#wanted);
    }
    if (!this.#holding) return { ok: true };
    const before = this.#held;
    const done = await this.#perform("claim", () => this.#parts.ip.claim(this.#wanted));
    if (done.ok && this.#wanted.some((vip) => !before.has(keyOf(vip)))) this.announce();
    return done;
  }

  /** Resolves when no claim and no release is under way. */
  idle(): Promise<void> {
    return this.#moves.none();
  }

  held(vip: FloatingAddress): boolean {
    return this.#held.has(keyOf(vip));
  }

  /** The MAC of a third machine that answers for the address, or null. */
  answeredBy(address: IpAddress): string | null {
    const stranger = this.#strangers.get(address);
    if (stranger === undefined) return null;
    const { refresh } = this.#parts.announcements;
    const silence = between(stranger.heardAt, this.#parts.now());
    return silence > refresh + strangerForgottenAfter ? null : stranger.mac;
  }

  faults(): readonly Fault[] {
    return this.#fault === null ? [] : [this.#fault];
  }

  /** The kernel has told of a change of addresses or links: look, soon and once. */
  changed(): void {
    // A move ends with a look of its own.
    if (!this.#moves.any) this.#lookIn(settleAfter);
  }

  /** Somebody whose MAC is not ours answers for a VIP; whether that contests what is held here. */
  heardStranger(stranger: Stranger): boolean {
    if (!this.#holding || this.#claimedAt === null) return false;
    if (between(this.#claimedAt, this.#parts.now()) < strangerGrace) return false;
    const known = this.answeredBy(stranger.address) === stranger.mac;
    const heardAt = this.#parts.now();
    this.#strangers.set(stranger.address, { mac: stranger.mac, heardAt });
    // Between the two routers the failover decides, and whoever remains announces then: what was
    // said before would call clients to a router that is about to give way.
    if (stranger.isPeer) this.#parts.announcements.postpone();
    if (known) return true;
    const { isPeer, ...who } = stranger;
    this.#parts.report({ event: "vip", kind: isPeer ? "contested" : "stranger", ...who });
    if (!isPeer) this.announce();
    return true;
  }

  close(): void {
    if (this.#settling !== null) clearTimeout(this.#settling);
    this.#parts.announcements.stop();
  }

  async #read(): Promise<void> {
    this.#interfaces = await this.#parts.ip.readInterfaces();
    const present = new Set<string>();
    for (const device of this.#interfaces) {
      for (const { prefix } of device.addresses)
        present.add(`${device.name} ${printPrefix(prefix)}`);
    }
    this.#held = new Set(
      [...this.#wanted, ...this.#former].map(keyOf).filter((key) => present.has(key)),
    );
    this.#parts.interfacesRead(this.#interfaces);
  }

  async #perform(what: "claim" | "release", act: () => Promise<AddressOutcome>): Promise<Done> {
    const began = this.#parts.now();
    let outcome: AddressOutcome;
    try {
      outcome = await this.#moves.during(async () => {
        const seen = await act();
        this.#note(seen);
        return seen;
      });
    } catch (thrown) {
      return this.#failed(what, messageOf(thrown));
    } finally {
      this.#lookIn(settleAfterMove);
    }
    const asked = what === "claim" ? outcome.missing.length === 0 : outcome.held.length === 0;
    if (!asked)
      return this.#failed(what, outcome.reasons.join("; ") || "the kernel says otherwise");
    const addresses = (what === "claim" ? outcome.held : outcome.missing).map(nameOf);
    const took = between(began, this.#parts.now());
    this.#parts.report({
      event: "vip",
      kind: what === "claim" ? "claimed" : "released",
      addresses,
      took_ms: took,
    });
    this.#setFault(null);
    return { ok: true };
  }

  #note(outcome: AddressOutcome): void {
    const held = new Set(this.#held);
    for (const vip of outcome.held) held.add(keyOf(vip));
    for (const vip of outcome.missing) held.delete(keyOf(vip));
    this.#held = held;
  }

  #failed(what: "claim" | "release", why: string): Done {
    this.#parts.report({ event: "vip", kind: `${what}-failed`, text: why });
    return { ok: false, why };
  }

  async #repair(): Promise<void> {
    if (this.#moves.any || this.#spared) return;
    const before = this.#held;
    const devices = this.#interfaces;
    try {
      await this.#read();
      this.#blind = null;
      if (this.#moves.any || this.#spared) return;
      if (!this.#holding) return await this.#takeAway();
      if (this.#wanted.some(({ device }) => isReachedAnew(device, devices, this.#interfaces)))
        this.announce();
      await this.#putBack(before);
    } catch (thrown) {
      this.#cannotLook(messageOf(thrown));
      this.#lookIn(retryAfter);
    }
  }

  /**
   * A router that cannot look at its addresses cannot claim any. But one that holds them still has
   * them, and handing over would leave them behind: what cannot look cannot let go either.
   */
  #cannotLook(why: string): void {
    if (!this.#holding) {
      this.#setFault({ kind: "claim", subject: "addresses", text: why });
      return;
    }
    if (this.#blind === why) return;
    this.#blind = why;
    const text = `the VIPs stay, but addresses and links cannot be read: ${why}`;
    this.#parts.report({ event: "machine", kind: "failed", text });
  }

  async #putBack(before: ReadonlySet<string>): Promise<void> {
    const lost = this.#wanted.filter((vip) => !this.#held.has(keyOf(vip)));
    if (lost.length === 0) return this.#setFault(null);
    const present = this.#onDevices(this.#wanted);
    for (const vip of lost.filter((each) => before.has(keyOf(each)))) {
      const mended = present.includes(vip);
      const why = mended ? "removed by somebody else; it is put back" : "its device is gone";
      this.#report("lost", vip, why);
    }
    const absent = lost.filter((vip) => !present.includes(vip));
    const outcome = await this.#parts.ip.claim(absent.length < lost.length ? present : []);
    this.#note(outcome);
    if (!this.#holding) return;
    const back = lost.filter((vip) => this.#held.has(keyOf(vip)));
    for (const vip of back) this.#report("restored", vip, "held again");
    if (back.length > 0) this.announce();
    const missing = [...outcome.missing, ...absent];
    if (missing.length === 0) return this.#setFault(null);
    const reasons = [...outcome.reasons, ...absent.map((vip) => `there is no ${vip.device}`)];
    const text = `cannot be held: ${reasons.join("; ")}`;
    this.#setFault({ kind: "claim", subject: missing.map(nameOf).join(", "), text });
    this.#lookIn(retryAfter);
  }

  /**
   * Those whose device exists, as far as is known: for the name of one that does not, the kernel
   * first looks for a module (measured in the lab: 70 ms a line, while others wait in the queue).
   */
  #onDevices(vips: readonly FloatingAddress[]): readonly FloatingAddress[] {
    const names = new Set(this.#interfaces.map(({ name }) => name));
    return names.size === 0 ? vips : vips.filter(({ device }) => names.has(device));
  }

  async #takeAway(): Promise<void> {
    const left = [...this.#wanted, ...this.#former].filter((vip) => this.#held.has(keyOf(vip)));
    if (left.length === 0) return this.#setFault(null);
    for (const vip of left) this.#report("left-behind", vip, "this router does not serve; removed");
    this.#note(await this.#parts.ip.release(left));
    if (left.some((vip) => this.#held.has(keyOf(vip)))) this.#lookIn(retryAfter);
  }

  #lookIn(length: Ms): void {
    this.#settling ??= setTimeout(() => {
      this.#settling = null;
      void this.#repair();
    }, length);
  }

  #report(kind: "lost" | "restored" | "left-behind", vip: FloatingAddress, text: string): void {
    this.#parts.report({
      event: "vip",
      kind,
      address: printPrefix(vip.prefix),
      device: vip.device,
      text,
    });
  }

  #setFault(fault: Fault | null): void {
    if (this.#fault?.text === fault?.text && this.#fault?.subject === fault?.subject) return;
    this.#fault = fault;
    this.#parts.faultsChanged();
  }
}

/** Whether neighbours and switches know the device by what it was, or have forgotten it. */
function isReachedAnew(
  device: string,
  before: readonly Interface[],
  after: readonly Interface[],
): boolean {
  const was = before.find(({ name }) => name === device);
  const is = after.find(({ name }) => name === device);
  if (was === undefined || is === undefined || !is.carrier) return false;
  return was.mac !== is.mac || was.index !== is.index || !was.carrier;
}

const keyOf = (vip: FloatingAddress): string => `${vip.device} ${printPrefix(vip.prefix)}`;
const nameOf = (vip: FloatingAddress): string => `${printPrefix(vip.prefix)} on ${vip.device}`;
