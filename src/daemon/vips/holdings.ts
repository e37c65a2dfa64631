/**
 * Where the floating addresses are on this machine and which of them it cannot hold, by what the
 * kernel last said. Reads nothing of the machine but `ipv6`; who claims, releases and announces is
 * vips.ts.
 *
 * An address is held when any form of it is here: neighbours are answered whatever its prefix and
 * device. A device is known by its number as well as by its name, so that one that is renamed while
 * it carries VIPs keeps them.
 */
import { type Here, obstacle } from "../../config/on-this-machine.ts";
import { bitsOf, family, type IpAddress } from "../../model/address.ts";
import type { Fault } from "../../model/router.ts";
import {
  type AddressOutcome,
  type FloatingAddress,
  type Interface,
  type InterfaceAddress,
  printFloating,
} from "../../system/ip/ip.ts";

/** What the kernel said when it refused an address, and to which device it said so. */
interface Refusal {
  readonly why: string;
  readonly index: number | null;
}

/** IFNAMSIZ without its zero. */
const labelMax = 15;
/** As many names as a message lists. */
const namedMax = 3;

export class Holdings {
  readonly #ipv6: Here["ipv6"];
  /** What `#ipv6` answered, by device, since it was last forgotten. */
  readonly #six = new Map<string, boolean>();
  #wanted: readonly FloatingAddress[] = [];
  #former: readonly FloatingAddress[] = [];
  /** The same on devices as they are called now. */
  #wantedNow: readonly FloatingAddress[] = [];
  #interfaces: readonly Interface[] = [];
  /** The devices of the configuration as they were last seen under their names. */
  readonly #known = new Map<string, Pick<Interface, "index" | "mac">>();
  /** What those that were renamed are called now. */
  #renamed: ReadonlyMap<string, string> = new Map();
  readonly #held = new Set<IpAddress>();
  readonly #refusals = new Map<IpAddress, Refusal>();

  /** `ipv6`: whether a device takes IPv6 addresses now. */
  constructor(ipv6: Here["ipv6"]) {
    this.#ipv6 = ipv6;
  }

  /** The VIPs of the configuration in the order of claiming; refusals of before are forgotten. */
  configure(vips: readonly FloatingAddress[]): void {
    const wanted = new Set(vips.map(addressOf));
    this.#former = [...this.#former, ...this.#wanted].filter((vip) => !wanted.has(addressOf(vip)));
    this.#wanted = vips;
    this.#wantedNow = vips.map((vip) => this.#placed(vip));
    this.#refusals.clear();
  }

  /** Those of former configurations are gone. */
  forgetFormer(): void {
    this.#former = [];
  }

  /** On devices as they are called now. */
  get wanted(): readonly FloatingAddress[] {
    return this.#wantedNow;
  }

  get former(): readonly FloatingAddress[] {
    return this.#former.map((vip) => this.#placed(vip));
  }

  get interfaces(): readonly Interface[] {
    return this.#interfaces;
  }

  /** What a device of the configuration is called now. */
  deviceNow(name: string): string {
    return this.#renamed.get(name) ?? name;
  }

  /**
   * Takes in what the kernel has; the devices that are found under another name for the first
   * time.
   */
  take(interfaces: readonly Interface[]): readonly { readonly was: string; readonly is: string }[] {
    this.#interfaces = interfaces;
    this.#six.clear();
    const renamed = new Map<string, string>();
    for (const { device } of [...this.#wanted, ...this.#former]) {
      const found = interfaces.find(({ name }) => name === device);
      if (found !== undefined) {
        this.#known.set(device, found);
        continue;
      }
      const known = this.#known.get(device);
      const same = interfaces.find(({ index, mac }) => index === known?.index && mac === known.mac);
      if (same !== undefined) renamed.set(device, same.name);
    }
    const fresh = [...renamed].filter(([was, is]) => this.#renamed.get(was) !== is);
    this.#renamed = renamed;
    this.#wantedNow = this.#wanted.map((vip) => this.#placed(vip));
    for (const vip of [...this.#wanted, ...this.#former]) {
      const isHere = this.#formsOf(vip).some(({ tentative }) => !tentative);
      this.#setHeld(addressOf(vip), isHere);
    }
    for (const [address, { index }] of this.#refusals) {
      const vip = this.wanted.find((each) => addressOf(each) === address);
      if (vip === undefined || this.#indexOf(vip) !== index) this.#refusals.delete(address);
    }
    return fresh.map(([was, is]) => ({ was, is }));
  }

  /** What a claim or a release has found. */
  note({ held, missing, reasons }: AddressOutcome, what: "claim" | "release"): void {
    for (const vip of held) this.#setHeld(addressOf(vip), true);
    for (const vip of missing) {
      this.#setHeld(addressOf(vip), false);
      if (what === "release") continue;
      const name = `${printFloating(vip)}: `;
      const words = reasons.find((reason) => reason.startsWith(name))?.slice(name.length);
      const why = words ?? "the kernel does not have it";
      this.#refusals.set(addressOf(vip), { why, index: this.#indexOf(vip) });
    }
  }

  held(vip: Pick<FloatingAddress, "prefix">): boolean {
    return this.#held.has(addressOf(vip));
  }

  heldNow(): ReadonlySet<IpAddress> {
    return new Set(this.#held);
  }

  /** Those that nothing is known against but what the kernel once said: worth another try. */
  claimable(): readonly FloatingAddress[] {
    this.#six.clear();
    return this.wanted.filter((vip) => this.#obstacle(vip) === null);
  }

  /** What is to be released: where it should be, or wherever else it is. */
  releasable(): readonly FloatingAddress[] {
    return [...this.wanted, ...this.former].flatMap((vip) => {
      if (this.#interfaces.length === 0 || this.#deviceOf(vip) !== undefined) return [vip];
      return this.#formsOf(vip).map(({ device }) => ({ ...vip, device }));
    });
  }

  /**
   * Forms of wanted addresses that no claim of ours makes: another prefix, device, scope or label.
   */
  strays(): readonly FloatingAddress[] {
    return this.wanted.flatMap((vip) =>
      this.#formsOf(vip)
        .filter((form) => !isOurs(form, vip))
        .map(({ prefix, device, label }) => ({ prefix, device, label })),
    );
  }

  /** Every form of every address of ours, present or former. */
  forms(): readonly FloatingAddress[] {
    return [...this.wanted, ...this.former].flatMap((vip) =>
      this.#formsOf(vip).map(({ prefix, device, label }) => ({ prefix, device, label })),
    );
  }

  /** Whether neighbours know a device of a VIP by what it was before, or have forgotten it. */
  reachedAnew(before: readonly Interface[]): boolean {
    return this.wanted.some(({ device }) => isReachedAnew(device, before, this.#interfaces));
  }

  /**
   * Why this machine does not and could not hold it; null: it does, or nothing is known against
   * it.
   */
  lack(vip: FloatingAddress): string | null {
    if (this.held(vip)) return null;
    return this.#obstacle(vip) ?? this.#refusals.get(addressOf(vip))?.why ?? null;
  }

  /** One for each device, with the number of VIPs that it costs. */
  faults(): readonly Fault[] {
    const lacking = new Map<string, { vip: FloatingAddress; why: string }[]>();
    for (const vip of this.wanted) {
      const why = this.lack(vip);
      if (why === null) continue;
      const there = lacking.get(vip.device);
      if (there === undefined) lacking.set(vip.device, [{ vip, why }]);
      else there.push({ vip, why });
    }
    return [...lacking].map(([device, lacks]) => ({
      kind: "vip",
      subject: device,
      text: textOf(lacks),
      count: lacks.reduce((sum, { vip }) => sum + this.#weightOf(vip), 0),
    }));
  }

  /** Without their gateway the real servers answer no client of any VIP. */
  #weightOf({ kind }: FloatingAddress): number {
    return kind === "nat-router" ? Math.max(1, this.#wanted.length) : 1;
  }

  #obstacle(vip: FloatingAddress): string | null {
    if (this.#interfaces.length === 0) return null;
    const ipv6 = (device: string): boolean => {
      const known = this.#six.get(device);
      const takes = known ?? this.#ipv6(device);
      if (known === undefined) this.#six.set(device, takes);
      return takes;
    };
    return obstacle(vip, { interfaces: this.#interfaces, ipv6 })?.why ?? null;
  }

  /** The kernel renames the labels together with the device. */
  #placed(vip: FloatingAddress): FloatingAddress {
    const device = this.deviceNow(vip.device);
    if (device === vip.device) return vip;
    const label = vip.label === null ? null : device + vip.label.slice(vip.device.length);
    return { ...vip, device, label: label === null || label.length > labelMax ? null : label };
  }

  #deviceOf({ device }: FloatingAddress): Interface | undefined {
    return this.#interfaces.find(({ name }) => name === device);
  }

  #indexOf(vip: FloatingAddress): number | null {
    return this.#deviceOf(vip)?.index ?? null;
  }

  /** The loopback device answers to rules of its own, and what is there serves other ends. */
  #formsOf({ prefix }: FloatingAddress): (InterfaceAddress & { readonly device: string })[] {
    return this.#interfaces.flatMap(({ name, addresses }) =>
      name === "lo"
        ? []
        : addresses
            .filter((form) => form.prefix.address === prefix.address)
            .map((form) => ({ ...form, device: name })),
    );
  }

  #setHeld(address: IpAddress, isHeld: boolean): void {
    if (isHeld) {
      this.#held.add(address);
      this.#refusals.delete(address);
    } else this.#held.delete(address);
  }
}

const addressOf = ({ prefix }: Pick<FloatingAddress, "prefix">): IpAddress => prefix.address;

const isOurs = (
  { prefix, device, source, label }: InterfaceAddress & { readonly device: string },
  vip: FloatingAddress,
): boolean =>
  device === vip.device &&
  prefix.length === bitsOf(family(prefix.address)) &&
  !source &&
  (vip.label === null || label === vip.label);

function textOf(lacks: readonly { readonly vip: FloatingAddress; readonly why: string }[]): string {
  const names = lacks.slice(0, namedMax).map(({ vip }) => printFloating(vip));
  const more = lacks.length > namedMax ? ` and ${lacks.length - namedMax} more` : "";
  const reasons = [...new Set(lacks.map(({ why }) => why))].slice(0, namedMax);
  return `${names.join(", ")}${more} cannot be held: ${reasons.join("; ")}`;
}

/** Whether neighbours and switches know the device by what it was, or have forgotten it. */
function isReachedAnew(
  device: string,
  before: readonly Interface[],
  after: readonly Interface[],
): boolean {
  const is = after.find(({ name }) => name === device);
  const was =
    before.find(({ name }) => name === device) ?? before.find(({ index }) => index === is?.index);
  if (was === undefined || is === undefined || !is.carrier) return false;
  return was.mac !== is.mac || was.index !== is.index || !was.carrier;
}
