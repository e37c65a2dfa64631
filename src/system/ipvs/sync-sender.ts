/**
 * The door by which this process speaks to the kernels' synchronisation daemons on a link, as their
 * master does: UDP to a multicast group that no router passes on.
 *
 * Whole frames through a packet socket, since the device may have no IPv4 address of its own, and
 * the one that it has may be a floating one that is just leaving. The kernel's own master sends
 * from 0.0.0.0 there, too.
 */

import { macFromText } from "../../kernel/frames.ts";
import { addressBytes } from "../../model/address.ts";
import { MachineError } from "../../model/error.ts";
import { type SyncTarget, usualSyncTarget } from "../../model/sync-target.ts";
import { openPacketSocket } from "../net/raw-socket.ts";

/** The device on which the daemons speak. */
export interface SyncLink {
  readonly name: string;
  readonly index: number;
  readonly mac: string | null;
}

/** Where on a link they hear. */
export interface SyncAim extends SyncTarget {
  readonly link: SyncLink;
}

export interface SyncSender {
  /** The kernel has taken it when this returns. Throws MachineError. */
  send(aim: SyncAim, datagram: Uint8Array): void;
  close(): void;
}

/** Places within a frame of Ethernet, IPv4 without options, and UDP. */
const at = {
  sender: 6,
  etherType: 12,
  ip: 14,
  ipLength: 16,
  fragment: 20,
  ttl: 22,
  protocol: 23,
  ipChecksum: 24,
  to: 30,
  udp: 34,
  toPort: 36,
  udpLength: 38,
  payload: 42,
} as const;
const etherTypeIpv4 = 0x0800;
/** Version 4, five words of header. */
const versionAndLength = 0x45;
const doNotFragment = 0x4000;
const udpProtocol = 17;

/** One frame that carries `payload`. RFC 768: a checksum of 0 says that there is none. */
export function syncFrame(
  mac: Uint8Array,
  payload: Uint8Array,
  target: SyncTarget = usualSyncTarget,
): Uint8Array {
  const group = addressBytes(target.group);
  const bytes = new Uint8Array(at.payload + payload.length);
  const view = new DataView(bytes.buffer);
  // RFC 1112 section 6.4: the low 23 bits of the group.
  bytes.set([0x01, 0x00, 0x5e, (group[1] ?? 0) & 0x7f, group[2] ?? 0, group[3] ?? 0]);
  bytes.set(mac, at.sender);
  view.setUint16(at.etherType, etherTypeIpv4);
  view.setUint8(at.ip, versionAndLength);
  view.setUint16(at.ipLength, bytes.length - at.ip);
  view.setUint16(at.fragment, doNotFragment);
  view.setUint8(at.ttl, target.ttl);
  view.setUint8(at.protocol, udpProtocol);
  bytes.set(group, at.to);
  view.setUint16(at.ipChecksum, headerChecksum(view));
  view.setUint16(at.udp, target.port);
  view.setUint16(at.toPort, target.port);
  view.setUint16(at.udpLength, bytes.length - at.udp);
  bytes.set(payload, at.payload);
  return bytes;
}

/** RFC 1071, over the IPv4 header. */
function headerChecksum(view: DataView): number {
  let sum = 0;
  for (let place: number = at.ip; place < at.udp; place += 2) sum += view.getUint16(place);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** Throws MachineError when the packet socket cannot be had (it needs CAP_NET_RAW). */
export function openSyncSender(): SyncSender {
  const socket = openPacketSocket(0);
  return {
    send({ link: { name, index, mac }, ...target }, datagram) {
      if (mac === null) throw new MachineError(`${name} has no Ethernet address`);
      const why = socket.send(index, syncFrame(macFromText(mac), datagram, target));
      if (why !== null) throw new MachineError(`${name}: ${why}`);
    },
    close: () => socket.close(),
  };
}
