/**
 * Who takes the packets to an address, in the kernel's words (rtnetlink(7)): the next machine on
 * the way, and whether its network card is known. Pure bytes, as rtnetlink.ts.
 */
import { addressBytes, addressFromBytes, family, type IpAddress } from "../model/address.ts";

/** Where packets to an address leave this machine, and to which machine they go first. */
export interface NextHop {
  /** The device's number. */
  readonly index: number;
  readonly address: IpAddress;
}

/**
 * NUD_INCOMPLETE: asked for, and no answer yet; NUD_FAILED: no machine has answered. Another
 * state, or a device that asks no machine, is fine.
 */
export type Neighbour = "fine" | "asked" | "failed";

const types = { newNeighbour: 28, getNeighbour: 30, newRoute: 24, getRoute: 26 } as const;
const requestFlag = 1;
const families = { 4: 2, 6: 10 } as const;
const headerBytes = 16;
const bodyBytes = 12;
const attributesAt = headerBytes + bodyBytes;
const attributeHeader = 4;
/** RTA_DST, RTA_OIF, RTA_GATEWAY, RTA_MARK, RTA_VIA; NDA_DST. */
const attributes = { destination: 1, device: 4, gateway: 5, mark: 16, via: 18 } as const;
const unicastRoute = 1;
const states = { incomplete: 0x01, failed: 0x20 } as const;

const aligned = (length: number): number => (length + 3) & ~3;

function request(type: number, of: 4 | 6, bits: number, index: number, address: IpAddress) {
  const value = addressBytes(address);
  const bytes = Buffer.alloc(attributesAt + aligned(attributeHeader + value.length));
  bytes.writeUInt32LE(bytes.length, 0);
  bytes.writeUInt16LE(type, 4);
  bytes.writeUInt16LE(requestFlag, 6);
  bytes.writeUInt8(families[of], headerBytes);
  bytes.writeUInt8(bits, headerBytes + 1);
  // ndm_ifindex; of a route these bytes say nothing in a question.
  bytes.writeUInt32LE(index, headerBytes + 4);
  bytes.writeUInt16LE(attributeHeader + value.length, attributesAt);
  bytes.writeUInt16LE(attributes.destination, attributesAt + 2);
  bytes.set(value, attributesAt + attributeHeader);
  return new Uint8Array(bytes);
}

/**
 * Asks by which way packets to the address leave; by the device of this number, and with this
 * firewall mark, where they are not 0.
 */
export function nextHopRequest(address: IpAddress, device = 0, mark = 0): Uint8Array {
  const of = family(address);
  const plain = request(types.getRoute, of, of === 6 ? 128 : 32, 0, address);
  const more = [
    ...(device === 0 ? [] : [numberAttribute(attributes.device, device)]),
    ...(mark === 0 ? [] : [numberAttribute(attributes.mark, mark)]),
  ];
  const whole = Buffer.concat([plain, ...more]);
  whole.writeUInt32LE(whole.length, 0);
  return new Uint8Array(whole);
}

function numberAttribute(kind: number, value: number): Buffer {
  const bytes = Buffer.alloc(attributeHeader + 4);
  bytes.writeUInt16LE(bytes.length, 0);
  bytes.writeUInt16LE(kind, 2);
  bytes.writeUInt32LE(value, attributeHeader);
  return bytes;
}

/** Asks what is known of the network card of a machine on the device's network. */
export const neighbourRequest = ({ index, address }: NextHop): Uint8Array =>
  request(types.getNeighbour, family(address), 0, index, address);

/**
 * The answer to `nextHopRequest`; null: there is no next machine, as for an address of this
 * machine.
 */
export function readNextHop(datagram: Uint8Array, asked: IpAddress): NextHop | null {
  const message = messageOf(datagram, types.newRoute);
  // rtm_type, behind family, lengths, tos, table, protocol and scope.
  if (message === null || message.readUInt8(headerBytes + 7) !== unicastRoute) return null;
  let index = 0;
  let address = asked;
  for (const { kind, value } of attributesOf(message)) {
    if (kind === attributes.device && value.length === 4) index = value.readUInt32LE(0);
    if (kind === attributes.gateway) address = addressFromBytes(value);
    // A next machine of the other family: its family in two bytes, then its address.
    if (kind === attributes.via) address = addressFromBytes(value.subarray(2));
  }
  return index === 0 ? null : { index, address };
}

/** The answer to `neighbourRequest`; null: the kernel says nothing of it. */
export function readNeighbour(datagram: Uint8Array): Neighbour | null {
  const message = messageOf(datagram, types.newNeighbour);
  if (message === null) return null;
  const state = message.readUInt16LE(headerBytes + 8);
  if ((state & states.failed) !== 0) return "failed";
  return (state & states.incomplete) !== 0 ? "asked" : "fine";
}

/** The message if it is of this type and whole; an error of the kernel's is of another type. */
function messageOf(datagram: Uint8Array, type: number): Buffer | null {
  const bytes = Buffer.from(datagram.buffer, datagram.byteOffset, datagram.byteLength);
  if (bytes.length < attributesAt) return null;
  const length = bytes.readUInt32LE(0);
  if (length < attributesAt || length > bytes.length || bytes.readUInt16LE(4) !== type) return null;
  return bytes.subarray(0, length);
}

function* attributesOf(message: Buffer): Generator<{ kind: number; value: Buffer }> {
  for (let place = attributesAt; place + attributeHeader <= message.length; ) {
    const length = message.readUInt16LE(place);
    if (length < attributeHeader || place + length > message.length) return;
    const kind = message.readUInt16LE(place + 2);
    yield { kind, value: message.subarray(place + attributeHeader, place + length) };
    place += aligned(length);
  }
}
