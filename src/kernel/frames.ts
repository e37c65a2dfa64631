/**
 * Ethernet frames about who has an address: ARP for IPv4 (RFC 826, RFC 5227), neighbour discovery
 * for IPv6 (RFC 4861). Bytes in, bytes out; each field's place is named once.
 */
import { addressBytes, addressFromBytes, family, type IpAddress } from "../model/address.ts";

/** Six bytes. */
export type Mac = Uint8Array;

export const etherTypeArp = 0x0806;
export const etherTypeIpv6 = 0x86dd;
const etherBytes = 14;

const broadcast: Mac = new Uint8Array(6).fill(0xff);
const unknownMac: Mac = new Uint8Array(6);

/** `02:00:00:00:00:01` as bytes. Throws a RangeError for anything else. */
export function macFromText(text: string): Mac {
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(text)) throw new RangeError(`no MAC: ${text}`);
  return Uint8Array.from(text.split(":"), (part) => Number.parseInt(part, 16));
}

export const macToText = (mac: Mac): string =>
  Array.from(mac, (byte) => byte.toString(16).padStart(2, "0")).join(":");

/** The two bytes of a number. */
const word = (value: number): number[] => [value >> 8, value & 0xff];

/**
 * Puts parts one after the other; announcing 500 addresses must not be a matter of building lists.
 */
function joined(length: number, ...parts: readonly ArrayLike<number>[]): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Places within an ARP frame of Ethernet and IPv4, from the frame's first byte. */
const arpAt = { senderMac: 22, senderAddress: 28, end: 42 } as const;
const arpHead = [...word(1), ...word(0x0800), 6, 4];
const operations = { request: word(1), reply: word(2) } as const;
const arpType = word(etherTypeArp);

const arp = (
  operation: keyof typeof operations,
  sender: Mac,
  senderAddress: Uint8Array,
  target: Mac,
  targetAddress: Uint8Array,
): Uint8Array =>
  joined(
    arpAt.end,
    ...[broadcast, sender, arpType, arpHead, operations[operation]],
    ...[sender, senderAddress, target, targetAddress],
  );

const icmpv6 = 58;
const neighbourSolicitation = 135;
const neighbourAdvertisement = 136;
const flags = { router: 0x80, override: 0x20 } as const;
const sourceLinkLayerAddress = 1;
const targetLinkLayerAddress = 2;
const ipv6Type = word(etherTypeIpv6);
const unspecified = new Uint8Array(16);
const allNodes = Uint8Array.from([0xff, 0x02, ...new Array<number>(13).fill(0), 1]);

/** Places within a frame of Ethernet, IPv6 without extension headers, and a neighbour message. */
const neighbourAt = {
  nextHeader: 20,
  hopLimit: 21,
  addresses: 22,
  type: 54,
  checksum: 56,
  target: 62,
  options: 78,
} as const;

/**
 * The internet checksum (RFC 1071) over the pseudo header (RFC 8200 section 8.1: both addresses,
 * length, protocol) and the message, whose own checksum field must be zero.
 */
function checksum(frame: Uint8Array): number {
  let sum = frame.length - neighbourAt.type + icmpv6;
  for (let at = neighbourAt.addresses; at < frame.length; at += 2)
    sum += ((frame[at] ?? 0) << 8) + (frame[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** An ICMPv6 message: type and code, the checksum, the rest. */
function neighbourMessage(
  sender: Mac,
  from: Uint8Array,
  to: Uint8Array,
  head: readonly [type: number, code: number],
  rest: readonly ArrayLike<number>[],
): Uint8Array {
  const bodyLength = rest.reduce((sum, part) => sum + part.length, 0) + 4;
  const frame = joined(
    neighbourAt.type + bodyLength,
    // RFC 2464 section 7: a multicast address maps to 33:33 and its last four bytes.
    ...[[0x33, 0x33], to.subarray(12), sender, ipv6Type],
    ...[[0x60, 0, 0, 0], word(bodyLength), [icmpv6, 255], from, to],
    ...[head, [0, 0], ...rest],
  );
  frame.set(word(checksum(frame)), neighbourAt.checksum);
  return frame;
}

/**
 * Announces to all that `address` is at `mac`. IPv4: a gratuitous request and a gratuitous reply,
 * since gear differs in which it believes. IPv6: an unsolicited advertisement that overrides.
 * `router` must be what the kernel says of itself in its own advertisements: RFC 4861 section 7.2.5
 * has hosts drop a default router that says it is none.
 */
export function announcements(mac: Mac, address: IpAddress, router: boolean): Uint8Array[] {
  const own = addressBytes(address);
  if (family(address) === 4)
    return [arp("request", mac, own, unknownMac, own), arp("reply", mac, own, mac, own)];
  const bits = flags.override | (router ? flags.router : 0);
  const rest = [[bits, 0, 0, 0], own, [targetLinkLayerAddress, 1], mac];
  return [neighbourMessage(mac, own, allNodes, [neighbourAdvertisement, 0], rest)];
}

/**
 * Asks whether anybody else has `address`, without claiming it: an ARP probe (RFC 5227 section 1.1)
 * or a solicitation from the unspecified address (RFC 4862 section 5.4.2).
 */
export function probe(mac: Mac, address: IpAddress): Uint8Array {
  const wanted = addressBytes(address);
  if (family(address) === 4) return arp("request", mac, new Uint8Array(4), unknownMac, wanted);
  const rest = [[0, 0, 0, 0], wanted];
  return neighbourMessage(
    mac,
    unspecified,
    solicitedNode(wanted),
    [neighbourSolicitation, 0],
    rest,
  );
}

/** RFC 4291 section 2.7.1: where an IPv6 address is asked for. */
const solicitedNode = (address: Uint8Array): Uint8Array =>
  Uint8Array.from([0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, ...address.subarray(13)]);

/** Asks `target`, as the kernel of `source` would ask, to answer to `mac` alone. */
export function solicitation(mac: Mac, source: IpAddress, target: IpAddress): Uint8Array {
  const own = addressBytes(source);
  const wanted = addressBytes(target);
  if (family(target) === 4) return arp("request", mac, own, unknownMac, wanted);
  const rest = [[0, 0, 0, 0], wanted, [sourceLinkLayerAddress, 1], mac];
  return neighbourMessage(mac, own, solicitedNode(wanted), [neighbourSolicitation, 0], rest);
}

/** Who says that an address is his. */
export interface Claim {
  readonly address: IpAddress;
  readonly mac: string;
}

/** The receiver of a frame. */
export const destinationOf = (frame: Uint8Array): string => macToText(frame.subarray(0, 6));

const matches = (bytes: Uint8Array, at: number, wanted: readonly number[]): boolean =>
  wanted.every((byte, index) => bytes[at + index] === byte);

/**
 * The claim in a received frame: an ARP sender, or a neighbour advertisement's target; else null.
 */
export function claimIn(frame: Uint8Array): Claim | null {
  if (matches(frame, 12, word(etherTypeArp))) {
    if (frame.length < arpAt.end || !matches(frame, etherBytes, arpHead)) return null;
    const sender = frame.subarray(arpAt.senderAddress, arpAt.senderAddress + 4);
    // A sender of 0.0.0.0 asks and does not claim.
    if (sender.every((byte) => byte === 0)) return null;
    const mac = macToText(frame.subarray(arpAt.senderMac, arpAt.senderMac + 6));
    return { address: addressFromBytes(sender), mac };
  }
  if (!matches(frame, 12, word(etherTypeIpv6)) || frame.length < neighbourAt.options) return null;
  // RFC 4861 section 7.1.2: "The IP Hop Limit field has a value of 255".
  if (!matches(frame, neighbourAt.nextHeader, [icmpv6, 255])) return null;
  if (!matches(frame, neighbourAt.type, [neighbourAdvertisement, 0])) return null;
  const target = addressFromBytes(frame.subarray(neighbourAt.target, neighbourAt.options));
  const { options } = neighbourAt;
  const named = matches(frame, options, [targetLinkLayerAddress, 1]) && frame.length >= options + 8;
  const mac = named ? frame.subarray(options + 2, options + 8) : frame.subarray(6, 12);
  return { address: target, mac: macToText(mac) };
}
