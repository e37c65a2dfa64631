/**
 * /proc/net/ip_vs_conn: the connections that the kernel balances, as far as a peer must know
 * them (net/netfilter/ipvs/ip_vs_conn.c, ip_vs_conn_seq_show).
 *
 * Knows which of them the kernel's own synchronisation may not have sent yet; how they are sent is
 * sync-message.ts. Works on bytes: clients wait while this is read, and what is made of each line
 * has to be collected as garbage in the same moment.
 */
import type { SeenLines } from "./seen-lines.ts";
import { wordAt } from "./word.ts";

/** A connection through IPVS, or the persistence template of a client. */
export interface Connection {
  readonly protocol: "tcp" | "udp";
  /**
   * Of the client, the virtual server and the real server, one after the other, in network order:
   * 12 bytes, in IPv6 48.
   */
  readonly addresses: Uint8Array;
  readonly clientPort: number;
  readonly virtualPort: number;
  readonly realPort: number;
  readonly state: ConnectionState;
  /** A template binds all later connections of its client; the client's port is 0. */
  readonly isTemplate: boolean;
  /** Seconds that the kernel keeps it without a packet. */
  readonly expires: number;
  /** Of the service by firewall mark that it belongs to. The list does not say it. */
  readonly mark?: number;
}

/**
 * The states in which a connection can still carry something; what is closed or waits for its end
 * (CLOSE, TIME_WAIT) is none of them. ASSURED and NONE are a template's.
 */
export const connectionStates = [
  "SYN_SENT",
  "SYN_RECV",
  "ESTABLISHED",
  "FIN_WAIT",
  "CLOSE_WAIT",
  "LAST_ACK",
  "SYNACK",
  "UDP",
  "NONE",
  "ASSURED",
] as const;
export type ConnectionState = (typeof connectionStates)[number];

/** A line is "%-3s", three times " address port", then " %-11s %7lu": the state, seconds left. */
const endsAt = 4;
const stateLength = 11;
const portDigits = 4;
/** IPv4 in 8 digits; IPv6 in 8 groups of 4, with colons between them. */
const layouts = {
  4: { addressBytes: 4, addressLength: 8 },
  6: { addressBytes: 16, addressLength: 39 },
} as const;
/** What follows the client's address in IPv4. */
const afterIpv4 = 12;
const space = 0x20;
const zero = 0x30;
const colon = 0x3a;

const protocols: ReadonlyMap<number, Connection["protocol"]> = new Map([
  [wordAt(Buffer.from("TCP "), 0), "tcp"],
  [wordAt(Buffer.from("UDP "), 0), "udp"],
]);

/** The padded state in three words, of which the last begins with the second one's last byte. */
interface PaddedState {
  readonly state: ConnectionState;
  readonly middle: number;
  readonly tail: number;
}
const tailAt = stateLength - 4;

/** By the first word: TIME_WAIT, which most lines of a busy router have, is passed over by it. */
const statesByHead = new Map<number, PaddedState[]>();
for (const state of connectionStates) {
  const padded = Buffer.from(state.padEnd(stateLength));
  const head = wordAt(padded, 0);
  const alike = statesByHead.get(head) ?? [];
  alike.push({ state, middle: wordAt(padded, 4), tail: wordAt(padded, tailAt) });
  statesByHead.set(head, alike);
}

function stateOf(bytes: Uint8Array, at: number): ConnectionState | null {
  const alike = statesByHead.get(wordAt(bytes, at));
  if (alike === undefined) return null;
  const middle = wordAt(bytes, at + 4);
  const tail = wordAt(bytes, at + tailAt);
  for (const padded of alike)
    if (padded.middle === middle && padded.tail === tail) return padded.state;
  return null;
}

/** The values of the digits 0-9, A-F, a-f; -1 for all other bytes. */
const digitValues = Int8Array.from({ length: 256 }, (_, code) =>
  "0123456789abcdef".indexOf(String.fromCharCode(code).toLowerCase()),
);

/** The number that so many hexadecimal digits write; negative where others stand among them. */
function hexAt(bytes: Uint8Array, at: number, digits: number): number {
  let value = 0;
  for (let place = at; place < at + digits; place++) {
    const digit = digitValues[bytes[place] ?? 0] ?? -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

/** The number whose digits stand there, after spaces; what follows them does not count. */
function decimalAt(bytes: Uint8Array, from: number, to: number): number {
  let place = from;
  while (bytes[place] === space) place++;
  let value = 0;
  for (; place < to; place++) {
    const digit = (bytes[place] ?? 0) - zero;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  return value;
}

/** Puts the address of so many bytes that stands at `at` into `into`; whether there is one. */
function putAddress(
  bytes: Uint8Array,
  at: number,
  length: number,
  into: Uint8Array,
  intoAt: number,
): boolean {
  let place = at;
  for (let index = 0; index < length; index++) {
    const isGroup = length === layouts[6].addressBytes && index > 0 && index % 2 === 0;
    if (isGroup && bytes[place++] !== colon) return false;
    const value = hexAt(bytes, place, 2);
    if (value < 0) return false;
    into[intoAt + index] = value;
    place += 2;
  }
  return bytes[place] === space;
}

/**
 * Reads the line at `from`, which ends before `to`, and remembers it in `seen`; null for the
 * file's head, for what need not be sent, and for what was seen before in the same state.
 *
 * Most lines of a second reading were seen in the first one: these are recognised by all that
 * stands before their seconds, without being read. Nor are those that are over already, which may
 * be most of a busy router's.
 */
export function readConnection(
  bytes: Uint8Array,
  from: number,
  to: number,
  seen: SeenLines,
): Connection | null {
  const { addressBytes, addressLength } = layouts[bytes[from + afterIpv4] === space ? 4 : 6];
  const endLength = addressLength + 1 + portDigits + 1;
  const stateAt = from + endsAt + 3 * endLength;
  const expiresAt = stateAt + stateLength;
  if (expiresAt >= to) return null;
  const state = stateOf(bytes, stateAt);
  if (state === null) return null;
  if (!seen.add(bytes, from, expiresAt)) return null;
  const protocol = protocols.get(wordAt(bytes, from));
  if (protocol === undefined) return null;
  const addresses = new Uint8Array(3 * addressBytes);
  for (let end = 0; end < 3; end++) {
    const at = from + endsAt + end * endLength;
    if (!putAddress(bytes, at, addressBytes, addresses, end * addressBytes)) return null;
  }
  const portAt = from + endsAt + addressLength + 1;
  const clientPort = hexAt(bytes, portAt, portDigits);
  const virtualPort = hexAt(bytes, portAt + endLength, portDigits);
  const realPort = hexAt(bytes, portAt + 2 * endLength, portDigits);
  if (clientPort < 0 || virtualPort < 0 || realPort < 0) return null;
  return {
    protocol,
    addresses,
    clientPort,
    virtualPort,
    realPort,
    state,
    isTemplate: clientPort === 0,
    expires: decimalAt(bytes, expiresAt, to),
  };
}

/**
 * The kernel sends a connection 2 to 3 s after it was established or used (ip_vs_sync.c); what
 * has been quiet for longer than this has been sent.
 */
const toldAfterSeconds = 4;

/**
 * Those that the kernel may not have sent yet: every connection that is being made or ended, and of
 * the settled ones those used last. Every packet sets the time that is left anew, so in each state
 * the connections with the most of it are the ones used last.
 */
export function untold(connections: readonly Connection[]): Connection[] {
  const most = new Map<ConnectionState, number>();
  for (const { state, expires } of connections)
    most.set(state, Math.max(most.get(state) ?? 0, expires));
  return connections.filter(({ state, expires }) => {
    const settled = state === "ESTABLISHED" || state === "UDP" || state === "ASSURED";
    return !settled || expires >= (most.get(state) ?? 0) - toldAfterSeconds;
  });
}
