/**
 * The kernel's own language for addresses, netlink(7) and rtnetlink(7): bytes of requests, and what
 * the answers mean. Pure; the socket is netlink.ts. Numbers are in the machine's order of bytes,
 * which is little endian on every machine that lvsd runs on.
 */
import {
  addressBytes,
  addressFromBytes,
  bitsOf,
  family,
  hostPrefix,
  type Prefix,
} from "../model/address.ts";
import { MachineError } from "../model/error.ts";
import type { FloatingAddress } from "./ip-text.ts";

/** One request with the number by which its answer is known. */
export interface Request {
  readonly sequence: number;
  readonly bytes: Uint8Array;
}

/** What came back: an acknowledgement or a refusal, an address of a list, or the list's end. */
export type Answer =
  | { readonly kind: "done"; readonly sequence: number; readonly errno: number }
  | { readonly kind: "route"; readonly sequence: number; readonly isLocal: boolean }
  | { readonly kind: "address"; readonly sequence: number; readonly found: KernelAddress };

/** An IPv4 address as the kernel lists it. */
export interface KernelAddress {
  readonly index: number;
  readonly prefix: Prefix;
  readonly label: string | null;
  readonly expires: boolean;
}

const types = {
  error: 2,
  done: 3,
  newAddress: 20,
  deleteAddress: 21,
  getAddress: 22,
  newRoute: 24,
  deleteRoute: 25,
  getRoute: 26,
  deleteNeighbour: 29,
} as const;
const flags = { request: 1, ack: 4, dump: 0x300, exclusive: 0x200, create: 0x400 } as const;
const neighbourAttributes = { destination: 1 } as const;
const routeAttributes = { destination: 1, device: 4, expires: 23 } as const;
/** RTN_LOCAL: packets to it are for this machine. */
const localRoute = 2;
const localTable = 255;
/**
 * Who made a route (rtnetlink(7), rtm_protocol): a number that no other program is known to use.
 */
const routeMaker = 108;
/** Seconds. The kernel's own task needs less than a ms for its route, where it gets a processor. */
const earlyRouteFor = 2;
const attributes = { address: 1, local: 2, label: 3, lifetimes: 6 } as const;
/** RT_SCOPE_UNIVERSE and RT_SCOPE_HOST. */
const scopes = { everywhere: 0, host: 254 } as const;
const addressFlags = { noDetection: 0x02, permanent: 0x80 } as const;
const families = { 4: 2, 6: 10 } as const;

/**
 * Places within a message: nlmsghdr, then ifaddrmsg, ndmsg, rtmsg or nlmsgerr, then the attributes.
 */
const at = {
  length: 0,
  type: 4,
  flags: 6,
  sequence: 8,
  body: 16,
  prefixLength: 17,
  addressFlags: 18,
  index: 20,
  attributes: 24,
  neighbourAttributes: 28,
  routeType: 23,
  routeAttributes: 28,
} as const;
const attributeHeader = 4;
const forever = 2 ** 32 - 1;

const aligned = (length: number): number => (length + 3) & ~3;

/** What ip(8) gives a floating address, see `claimLine` in ip-text.ts. */
function claimAttributes({ prefix, label }: FloatingAddress): [number, Uint8Array][] {
  const bytes = addressBytes(prefix.address);
  const both: [number, Uint8Array][] = [
    [attributes.local, bytes],
    [attributes.address, bytes],
  ];
  if (family(prefix.address) === 6) {
    // Preferred for no time, valid for ever; the kernel fills in the two stamps.
    const lifetimes = Uint32Array.of(0, forever, 0, 0);
    return [...both, [attributes.lifetimes, new Uint8Array(lifetimes.buffer)]];
  }
  if (label !== null) both.push([attributes.label, Buffer.from(`${label}\0`, "latin1")]);
  return both;
}

function message(
  type: number,
  flagBits: number,
  sequence: number,
  address: readonly number[],
  index: number,
  parts: readonly (readonly [number, Uint8Array])[],
  partsAt: number = at.attributes,
): Request {
  const length = parts.reduce(
    (sum, [, bytes]) => sum + aligned(attributeHeader + bytes.length),
    partsAt,
  );
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint32(at.length, length, true);
  view.setUint16(at.type, type, true);
  view.setUint16(at.flags, flagBits, true);
  view.setUint32(at.sequence, sequence, true);
  bytes.set(address, at.body);
  view.setUint32(at.index, index, true);
  let place = partsAt;
  for (const [kind, value] of parts) {
    view.setUint16(place, attributeHeader + value.length, true);
    view.setUint16(place + 2, kind, true);
    bytes.set(value, place + attributeHeader);
    place += aligned(attributeHeader + value.length);
  }
  return { sequence, bytes };
}

const bodyOf = ({ address, length }: Prefix, flagBits: number, scope: number): number[] => [
  families[family(address)],
  length,
  flagBits,
  scope,
];

/** Adds an address as `claimLine` does; one that is there already is refused (EEXIST). */
export function addRequest(vip: FloatingAddress, index: number, sequence: number): Request {
  const six = family(vip.prefix.address) === 6;
  const bits = flags.request | flags.ack | flags.create | flags.exclusive;
  const flagBits = six ? addressFlags.noDetection : 0;
  const body = bodyOf(hostPrefix(vip.prefix), flagBits, six ? scopes.everywhere : scopes.host);
  return message(types.newAddress, bits, sequence, body, index, claimAttributes(vip));
}

/** Deletes what `addRequest` adds, whatever label it has. */
export function deleteRequest({ prefix }: FloatingAddress, index: number, sequence: number) {
  const bits = flags.request | flags.ack;
  const local = [[attributes.local, addressBytes(prefix.address)]] as const;
  return message(
    types.deleteAddress,
    bits,
    sequence,
    bodyOf(hostPrefix(prefix), 0, 0),
    index,
    local,
  );
}

/** Forgets whose network card has an address (neighbour table); ENOENT where the table had none. */
export function forgetRequest({ prefix }: FloatingAddress, index: number, sequence: number) {
  const { address } = prefix;
  const bits = flags.request | flags.ack;
  const body = [families[family(address)], 0, 0, 0];
  const parts = [[neighbourAttributes.destination, addressBytes(address)]] as const;
  const { deleteNeighbour } = types;
  return message(deleteNeighbour, bits, sequence, body, index, parts, at.neighbourAttributes);
}

/** rtm_table, rtm_protocol, rtm_scope and rtm_type, where other messages have the device. */
const earlyRoute = (localRoute << 24) | (routeMaker << 8) | localTable;

const earlyRouteTo = ({ address }: Prefix, index: number): [number, Uint8Array][] => [
  [routeAttributes.destination, addressBytes(address)],
  [routeAttributes.device, Buffer.from(Uint32Array.of(index).buffer)],
];

/**
 * Takes packets to an IPv6 address for this machine for 2 s. The kernel answers for an address as
 * soon as it has it, but takes packets for it only when a task of its own has made the route; until
 * then it passes them on, back to where they came from. EEXIST: there is such a route already; it
 * is prolonged.
 */
export function takeRequest({ prefix }: FloatingAddress, index: number, sequence: number): Request {
  const bits = flags.request | flags.ack | flags.create;
  const body = [families[6], bitsOf(6), 0, 0];
  const expires = Buffer.from(Uint32Array.of(earlyRouteFor).buffer);
  const parts = [...earlyRouteTo(prefix, index), [routeAttributes.expires, expires] as const];
  return message(types.newRoute, bits, sequence, body, earlyRoute, parts, at.routeAttributes);
}

/** Takes back `takeRequest`; ESRCH where there is nothing to be taken back. */
export function passRequest({ prefix }: FloatingAddress, index: number, sequence: number): Request {
  const bits = flags.request | flags.ack;
  const body = [families[6], bitsOf(6), 0, 0];
  const parts = earlyRouteTo(prefix, index);
  return message(types.deleteRoute, bits, sequence, body, earlyRoute, parts, at.routeAttributes);
}

/** Asks where packets to an address go. */
export function routeRequest({ prefix: { address } }: FloatingAddress, sequence: number): Request {
  const of = family(address);
  const bits = flags.request | flags.ack;
  const body = [families[of], bitsOf(of), 0, 0];
  const parts = [[routeAttributes.destination, addressBytes(address)]] as const;
  return message(types.getRoute, bits, sequence, body, 0, parts, at.routeAttributes);
}

/** Asks for all IPv4 addresses of all devices. */
export const listRequest = (sequence: number): Request =>
  message(types.getAddress, flags.request | flags.dump, sequence, [families[4], 0, 0, 0], 0, []);

function addressIn(bytes: Uint8Array, view: DataView, end: number): KernelAddress | null {
  let [address, label]: [Uint8Array | null, string | null] = [null, null];
  for (let place: number = at.attributes; place + attributeHeader <= end; ) {
    const length = view.getUint16(place, true);
    if (length < attributeHeader || place + length > end) break;
    const value = bytes.subarray(place + attributeHeader, place + length);
    const kind = view.getUint16(place + 2, true);
    if (kind === attributes.local) address = value;
    if (kind === attributes.label) label = Buffer.from(value).toString("latin1").replace(/\0$/, "");
    place += aligned(length);
  }
  const length = view.getUint8(at.prefixLength);
  if (address === null || address.length !== 4 || length > bitsOf(4)) return null;
  return {
    index: view.getUint32(at.index, true),
    prefix: { address: addressFromBytes(address), length },
    label,
    expires: (view.getUint8(at.addressFlags) & addressFlags.permanent) === 0,
  };
}

/** The answers in one datagram of the kernel's. Throws MachineError when it is cut off. */
export function readAnswers(datagram: Uint8Array): Answer[] {
  const answers: Answer[] = [];
  for (let start = 0; start + at.body <= datagram.length; ) {
    const rest = datagram.subarray(start);
    const view = new DataView(rest.buffer, rest.byteOffset, rest.byteLength);
    const length = view.getUint32(at.length, true);
    if (length < at.body || length > rest.length)
      throw new MachineError(`netlink: a message of ${length} bytes in ${rest.length}`);
    const sequence = view.getUint32(at.sequence, true);
    const type = view.getUint16(at.type, true);
    if (type === types.error || type === types.done) {
      // The end of a list may come without a number; errors are negative.
      const errno = length >= at.body + 4 ? Math.abs(view.getInt32(at.body, true)) : 0;
      answers.push({ kind: "done", sequence, errno });
    } else if (type === types.newAddress && length >= at.attributes) {
      const found = addressIn(rest, view, length);
      if (found !== null) answers.push({ kind: "address", sequence, found });
    } else if (type === types.newRoute && length >= at.routeAttributes) {
      const isLocal = view.getUint8(at.routeType) === localRoute;
      answers.push({ kind: "route", sequence, isLocal });
    }
    start += aligned(length);
  }
  return answers;
}
