/**
 * The link state of the monitored devices, as faults. Follows what the kernel reports; knows
 * nothing of who is active. A device that does not exist is a link that is down: a bonding or VLAN
 * device that comes back is found again by its name.
 *
 * Where the devices of the VIPs are monitored, one that does not exist costs its VIPs, which is a
 * fault of theirs (holdings.ts). It is a link of this router only where an own address has gone
 * with it: then this router may be the one that is cut off.
 */
import { addressesOf, type Config } from "../../config/config.ts";
import type { EventBody } from "../../model/event.ts";
import type { Fault, Role } from "../../model/router.ts";
import type { Interface } from "../../system/ip/ip.ts";

interface Trouble {
  readonly text: string;
  readonly isFault: boolean;
}

export class Links {
  readonly #report: (event: EventBody) => void;
  #monitored: readonly string[] = [];
  #named = false;
  #own: readonly string[] = [];
  /** Why each monitored device cannot carry packets; null: it can. */
  readonly #trouble = new Map<string, Trouble | null>();

  constructor(report: (event: EventBody) => void) {
    this.#report = report;
  }

  configure(config: Config, role: Role): void {
    const { monitorLinks } = config.failover;
    const ofVips = config.vips.flatMap((vip) => vip.device ?? []);
    this.#monitored = [...new Set(monitorLinks === "vips" ? ofVips : monitorLinks)];
    this.#named = monitorLinks !== "vips";
    const own = addressesOf(config, role);
    this.#own = own === null ? [] : [own.public, own.private].filter((one) => one !== null);
    for (const device of this.#trouble.keys()) {
      if (!this.#monitored.includes(device)) this.#trouble.delete(device);
    }
  }

  /**
   * Judges the devices as they are now; true when a fault came or went. `nameNow`: what a device of
   * the configuration is called now.
   */
  look(interfaces: readonly Interface[], nameNow: (device: string) => string): boolean {
    let changed = false;
    for (const device of this.#monitored) {
      const found = interfaces.find(({ name }) => name === nameNow(device));
      const trouble = this.#troubleOf(found, interfaces);
      const before = this.#trouble.get(device);
      if (trouble?.text === before?.text && trouble?.isFault === before?.isFault) {
        if (before === undefined) this.#trouble.set(device, trouble);
        continue;
      }
      this.#trouble.set(device, trouble);
      changed = true;
      if (trouble?.text === before?.text) continue;
      const kind = trouble === null ? "up" : "down";
      const text = trouble?.text ?? "it carries packets again";
      this.#report({ event: "link", kind, device, text });
    }
    return changed;
  }

  faults(): readonly Fault[] {
    return [...this.#trouble].flatMap(([device, trouble]) =>
      trouble?.isFault === true
        ? [{ kind: "link" as const, subject: device, text: `${device}: ${trouble.text}` }]
        : [],
    );
  }

  #troubleOf(device: Interface | undefined, interfaces: readonly Interface[]): Trouble | null {
    if (device === undefined) {
      const here = new Set<string>(
        interfaces.flatMap(({ addresses }) => addresses.map(({ prefix }) => prefix.address)),
      );
      const isFault = this.#named || this.#own.some((address) => !here.has(address));
      return { text: "there is no such device", isFault };
    }
    if (!device.up) return { text: "set down by its administrator", isFault: true };
    return device.carrier ? null : { text: "no carrier", isFault: true };
  }
}
