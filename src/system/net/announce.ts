/**
 * The door by which the neighbours learn where a VIP is, from inside the process: no program is
 * started, the first frame is out within a millisecond. What the frames say is in frames.ts; when
 * they are sent is decided elsewhere.
 */
import { readFileSync } from "node:fs";
import { announcements, macFromText, probe } from "../../kernel/frames.ts";
import { family } from "../../model/address.ts";
import { type FloatingAddress, type Interface, nowhere } from "../ip/ip.ts";
import { openPacketSocket } from "./raw-socket.ts";

export type { OpenStrangerWatch, Stranger, StrangerWatch } from "./stranger-watch.ts";

export interface Announced {
  /** Frames handed to the kernel. */
  readonly frames: number;
  /** One text for each device that failed; empty when all frames left. */
  readonly failures: readonly string[];
}

/** All calls are synchronous: frames are with the kernel when they return. */
export interface Announcer {
  /** Announces to the neighbours that each VIP is here, in the given order, all at once. */
  announceAll(vips: readonly FloatingAddress[], interfaces: readonly Interface[]): Announced;
  /**
   * Asks who has each VIP (ARP probe, neighbour solicitation); answers reach the stranger watch.
   */
  probeAll(vips: readonly FloatingAddress[], interfaces: readonly Interface[]): Announced;
  /** Runs through an announcement in both families; nothing leaves. */
  rehearse(): void;
  close(): void;
}

/** The device of `nowhere`: the kernel has none of this number, and says so. */
const noDevice: Interface = {
  name: "nowhere",
  index: 0,
  mac: "00:00:00:00:00:00",
  up: false,
  carrier: false,
  operstate: "down",
  addresses: [],
};

/** Whether the kernel calls itself a router on this device in its own advertisements. */
function isIpv6Router(device: string): boolean {
  try {
    return readFileSync(`/proc/sys/net/ipv6/conf/${device}/forwarding`, "latin1").trim() !== "0";
  } catch {
    return false;
  }
}

type Frames = (mac: Uint8Array, vip: FloatingAddress, router: boolean) => readonly Uint8Array[];

const announced: Frames = (mac, vip, router) => announcements(mac, vip.prefix.address, router);

/** Throws MachineError when the packet socket cannot be had (it needs CAP_NET_RAW). */
export function openAnnouncer(): Announcer {
  const socket = openPacketSocket(0);
  const sendAll = (
    vips: readonly FloatingAddress[],
    interfaces: readonly Interface[],
    framesOf: Frames,
  ): Announced => {
    const byName = new Map(interfaces.map((device) => [device.name, device]));
    const macs = new Map<string, Uint8Array>();
    const routers = new Map<string, boolean>();
    const failures = new Map<string, string>();
    let frames = 0;
    for (const vip of vips) {
      const device = byName.get(vip.device);
      if (device === undefined || device.mac === null) {
        const why = device === undefined ? "no such device" : "has no Ethernet address";
        failures.set(vip.device, `${vip.device}: ${why}`);
        continue;
      }
      const mac = macs.get(device.name) ?? macFromText(device.mac);
      macs.set(device.name, mac);
      const six = family(vip.prefix.address) === 6;
      const router = six && (routers.get(device.name) ?? isIpv6Router(device.name));
      if (six) routers.set(device.name, router);
      for (const frame of framesOf(mac, vip, router)) {
        const why = socket.send(device.index, frame);
        if (why === null) frames += 1;
        else failures.set(device.name, `${device.name}: ${why}`);
      }
    }
    return { frames, failures: [...failures.values()] };
  };
  return {
    announceAll: (vips, interfaces) => sendAll(vips, interfaces, announced),
    probeAll: (vips, interfaces) =>
      sendAll(vips, interfaces, (mac, vip) => [probe(mac, vip.prefix.address)]),
    rehearse() {
      sendAll(nowhere, [noDevice], announced);
    },
    close: () => socket.close(),
  };
}
