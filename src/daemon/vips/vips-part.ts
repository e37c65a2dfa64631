/** The VIPs as a part of the daemon: claimed, announced, watched, and the links that they need. */
import type { Status } from "../../control/api.ts";
import { printPrefix } from "../../model/address.ts";
import { messageOf } from "../../model/error.ts";
import type { Fault } from "../../model/router.ts";
import { takesIpv6 } from "../../system/file/sysctl.ts";
import type { Interface } from "../../system/ip/ip.ts";
import { peerAddresses, type Running } from "../config/running.ts";
import type { Part, PartContext } from "../part.ts";
import { Announcements } from "./announcements.ts";
import { Links } from "./links.ts";
import { leaveReleaseFile, removeReleaseFile } from "./release-file.ts";
import { Vips } from "./vips.ts";

export interface VipsPartNeeds {
  /** What another process left on purpose stays until it is claimed or released. */
  readonly kept: boolean;
  readonly interfacesRead: (interfaces: readonly Interface[]) => void;
  /** The peer answers for a VIP that is held here. */
  readonly contested: () => void;
  /** Why the rule for two holders would not end that; null: it would. */
  readonly unsettled: () => string | null;
}

export class VipsPart implements Part {
  readonly vips: Vips;
  readonly #context: PartContext;
  readonly #links: Links;
  readonly #announcements: Announcements;
  readonly #strangers;
  #unwatch: (() => void) | null = null;

  constructor(context: PartContext, { kept, interfacesRead, contested, unsettled }: VipsPartNeeds) {
    this.#context = context;
    const { doors, faultsChanged, running } = context;
    const { report, now, ip } = doors;
    this.#links = new Links(report);
    const rhythm = running().config.failover.announce;
    this.#announcements = new Announcements(doors.announcer, rhythm, report);
    this.vips = new Vips({
      ip,
      report,
      faultsChanged,
      now,
      interfacesRead,
      announcements: this.#announcements,
      ipv6: (device) => takesIpv6(doors.sysctl, device),
      remember: (vips) => leaveReleaseFile(doors, vips),
    });
    if (kept) this.vips.spare();
    this.#strangers = doors.openStrangerWatch(
      (stranger) => {
        if (this.vips.heardStranger(stranger, unsettled()) && stranger.isPeer) contested();
      },
      (why) => report({ event: "machine", kind: "failed", text: why }),
    );
  }

  configure({ config, role, vips }: Running): void {
    this.#links.configure(config, role);
    this.vips.configure(vips);
    this.#announcements.configure(config.failover.announce);
  }

  async start(): Promise<void> {
    await this.#look();
    this.#unwatch = this.#context.doors.ip.watch(() => this.vips.changed());
  }

  reloaded(): Promise<void> {
    return this.#look();
  }

  async settle(): Promise<void> {
    await this.vips.settle();
  }

  interfacesRead(interfaces: readonly Interface[]): void {
    const running = this.#context.running();
    this.#strangers.watch(this.vips.wanted, interfaces, peerAddresses(running));
    const nameNow = (device: string): string => this.vips.deviceNow(device);
    if (this.#links.look(interfaces, nameNow)) this.#context.faultsChanged();
  }

  faults(): readonly Fault[] {
    return [...this.vips.faults(), ...this.#links.faults()];
  }

  status(): Pick<Status, "vips"> {
    const vips = this.#context.running().vips.map((vip) => ({
      address: printPrefix(vip.prefix),
      device: vip.device,
      held: this.vips.held(vip),
      answered_by: this.vips.answeredBy(vip.prefix.address),
    }));
    return { vips };
  }

  async close(): Promise<void> {
    this.#unwatch?.();
    this.vips.close();
    await this.#strangers.close();
  }

  /** The failover machine has released the VIPs by then: nothing is left to be cleaned up. */
  async stop(): Promise<void> {
    const { runDir, report } = this.#context.doors;
    try {
      removeReleaseFile(runDir);
    } catch (thrown) {
      report({ event: "machine", kind: "failed", text: messageOf(thrown) });
    }
  }

  async #look(): Promise<void> {
    try {
      await this.vips.look();
    } catch (thrown) {
      const text = `devices and addresses cannot be read: ${messageOf(thrown)}`;
      this.#context.doors.report({ event: "machine", kind: "failed", text });
    }
  }
}
