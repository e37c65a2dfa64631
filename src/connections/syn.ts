/**
 * The SYN of a TCP connection (RFC 9293 section 3.1) in an IP packet without its link's header:
 * where it comes from and goes to. Pure; how packets are caught is up to system/net/syn-capture.ts.
 */

export interface Syn {
  /** It leaves this machine; else it arrives. */
  readonly outgoing: boolean;
  /** Addresses in network order: 4 or 16 bytes. */
  readonly source: Uint8Array;
  readonly sourcePort: number;
  readonly destination: Uint8Array;
  readonly destinationPort: number;
  /** NAT changes addresses and ports; this stays. */
  readonly sequence: number;
}

const tcp = 6;
/** Of a TCP header without options. */
const tcpBytes = 20;
const flagsAt = 13;
/** SYN without ACK and RST: the first packet of a connection. */
export const synMask = 0x16;
export const synBits = 0x02;

/** Where the addresses are and where TCP begins, by the version of IP; null: it is none. */
function layout(bytes: Uint8Array) {
  const version = (bytes[0] ?? 0) >> 4;
  if (version === 4 && bytes[9] === tcp) return { source: 12, length: 4, tcp: headerOf(bytes) };
  // With extension headers the next header is another one: no client sends a SYN like that.
  if (version === 6 && bytes[6] === tcp) return { source: 8, length: 16, tcp: 40 };
  return null;
}

/** RFC 791 section 3.1: the header's length in words of 32 bits. */
const headerOf = (bytes: Uint8Array): number => ((bytes[0] ?? 0) & 0x0f) * 4;

/** Null: it is no SYN, or a part of one. */
export function readSyn(bytes: Uint8Array, outgoing: boolean): Syn | null {
  const at = layout(bytes);
  if (at === null || bytes.length < at.tcp + tcpBytes) return null;
  if (((bytes[at.tcp + flagsAt] ?? 0) & synMask) !== synBits) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const destination = at.source + at.length;
  return {
    outgoing,
    source: bytes.subarray(at.source, destination),
    sourcePort: view.getUint16(at.tcp),
    destination: bytes.subarray(destination, destination + at.length),
    destinationPort: view.getUint16(at.tcp + 2),
    sequence: view.getUint32(at.tcp + 4),
  };
}
