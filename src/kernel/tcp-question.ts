/**
 * One TCP segment in one Ethernet frame: to ask a machine, by its link-layer address, whether it
 * takes a connection to an address (RFC 9293; IPv4 RFC 791, IPv6 RFC 8200). Bytes in, bytes out.
 */
import { addressBytes, addressFromBytes, family, type IpAddress } from "../model/address.ts";
import { etherTypeIpv6, type Mac } from "./frames.ts";

export const etherTypeIpv4 = 0x0800;
const protocolTcp = 6;
const tcpBytes = 20;
const flagBits = { syn: 0x02, reset: 0x04, ack: 0x10 } as const;

export interface Segment {
  readonly from: IpAddress;
  readonly to: IpAddress;
  readonly fromPort: number;
  readonly toPort: number;
}

const word = (value: number): number[] => [(value >> 8) & 0xff, value & 0xff];

/** The internet checksum (RFC 1071). */
function checksum(bytes: readonly number[]): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2)
    sum += ((bytes[at] ?? 0) << 8) + (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** A SYN, or the RST that ends what it opened. */
export function segmentFrame(
  { from, to, fromPort, toPort }: Segment,
  { source, destination }: { readonly source: Mac; readonly destination: Mac },
  kind: "syn" | "reset",
): Uint8Array {
  const addresses = [...addressBytes(from), ...addressBytes(to)];
  const sequence = kind === "syn" ? [0, 0, 0, 0] : [0, 0, 0, 1];
  const head = [...word(fromPort), ...word(toPort), ...sequence, 0, 0, 0, 0];
  const tail = [(tcpBytes / 4) << 4, flagBits[kind], ...word(1024)];
  const pseudo = [...addresses, 0, protocolTcp, ...word(tcpBytes)];
  const sum = checksum([...pseudo, ...head, ...tail, 0, 0, 0, 0]);
  const segment = [...head, ...tail, ...word(sum), 0, 0];
  const six = family(to) === 6;
  const ether = [...destination, ...source, ...word(six ? etherTypeIpv6 : etherTypeIpv4)];
  if (six)
    return Uint8Array.from([
      ...ether,
      0x60,
      0,
      0,
      0,
      ...word(tcpBytes),
      protocolTcp,
      64,
      ...addresses,
      ...segment,
    ]);
  const before = [0x45, 0, ...word(20 + tcpBytes), 0, 0, 0x40, 0, 64, protocolTcp];
  const own = checksum([...before, 0, 0, ...addresses]);
  return Uint8Array.from([...ether, ...before, ...word(own), ...addresses, ...segment]);
}

/** The answer in a received frame, as its sender sees it: `taken` (SYN, ACK) or refused (RST). */
export function answerIn(frame: Uint8Array): (Segment & { readonly taken: boolean }) | null {
  const six = ((frame[12] ?? 0) << 8) + (frame[13] ?? 0) === etherTypeIpv6;
  const at = six ? 54 : 14 + ((frame[14] ?? 0) & 0x0f) * 4;
  const protocol = six ? frame[20] : frame[23];
  if (protocol !== protocolTcp || frame.length < at + tcpBytes) return null;
  const flags = frame[at + 13] ?? 0;
  const taken = (flags & flagBits.syn) !== 0 && (flags & flagBits.ack) !== 0;
  if (!taken && (flags & flagBits.reset) === 0) return null;
  const [first, length] = six ? [22, 16] : [26, 4];
  const port = (offset: number): number =>
    ((frame[at + offset] ?? 0) << 8) + (frame[at + offset + 1] ?? 0);
  return {
    from: addressFromBytes(frame.subarray(first, first + length)),
    to: addressFromBytes(frame.subarray(first + length, first + 2 * length)),
    fromPort: port(0),
    toPort: port(2),
    taken,
  };
}
