/**
 * The link state of the monitored devices, as faults. Follows what the kernel tells; knows nothing
 * of who is active. A device that does not exist is a link that is down: a bonding or VLAN device
 * that comes back is found again by its name.
 */
import type { Config } from "../../config/config.ts";
import type { EventBody } from "../../model/event.ts";
import type { Fault } from "../../model/router.ts";
import type { Interface } from "../../system/ip/ip.ts";

export class Links {
  readonly #report: (event: EventBody) => void;
  #monitored: readonly string[] = [];
  /** Why each monitored device cannot carry packets; null: it can. */
  readonly #trouble = new Map<string, string | null>();

  constructor(report: (event: EventBody) => void) {
    this.#report = report;
  }

  configure(config: Config): void {
    const { monitorLinks } = config.failover;
    const ofVips = config.vips.flatMap((vip) => vip.device ?? []);
    this.#monitored = [...new Set(monitorLinks === "vips" ? ofVips : monitorLinks)];
    for (const device of this.#trouble.keys()) {
      if (!this.#monitored.includes(device)) this.#trouble.delete(device);
    }
  }

  /** Judges the devices as they are now; true when a fault came or went. */
  look(interfaces: readonly Interface[]): boolean {
    let changed = false;
    for (const device of this.#monitored) {
      const trouble = troubleOf(interfaces.find((each) => each.name === device));
      const before = this.#trouble.get(device);
      if (trouble === before) continue;
      this.#trouble.set(device, trouble);
      changed = true;
      if (before === undefined && trouble === null) continue;
      const kind = trouble === null ? "up" : "down";
      this.#report({ event: "link", kind, device, text: trouble ?? "it carries packets again" });
    }
    return changed;
  }

  faults(): readonly Fault[] {
    return [...this.#trouble].flatMap(([device, text]) =>
      text === null ? [] : [{ kind: "link" as const, subject: device, text: `${device}: ${text}` }],
    );
  }
}

function troubleOf(device: Interface | undefined): string | null {
  if (device === undefined) return "there is no such device";
  if (!device.up) return "set down by its administrator";
  return device.carrier ? null : "no carrier";
}
