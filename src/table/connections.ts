/**
 * /proc/net/ip_vs_conn: the connections that the kernel balances, as far as a peer must be told of
 * them (net/netfilter/ipvs/ip_vs_conn.c, ip_vs_conn_seq_show).
 *
 * Knows which of them the kernel's own synchronisation may not have told yet; how they are told is
 * sync-message.ts.
 */
import { addressFromBytes, type IpAddress, parseAddress } from "../model/address.ts";

/** A connection through IPVS, or the persistence template of a client. */
export interface Connection {
  readonly protocol: "tcp" | "udp";
  readonly client: Endpoint;
  readonly virtual: Endpoint;
  readonly real: Endpoint;
  readonly state: ConnectionState;
  /** A template binds all later connections of its client; the client's port is 0. */
  readonly isTemplate: boolean;
  /** Seconds that the kernel keeps it without a packet. */
  readonly expires: number;
}

export interface Endpoint {
  readonly address: IpAddress;
  readonly port: number;
}

/**
 * The states in which a connection can still carry something; what is closed or waits for its end
 * (CLOSE, TIME_WAIT) is none of them. ASSURED and NONE are a template's.
 */
export const connectionStates = [
  ...["SYN_SENT", "SYN_RECV", "ESTABLISHED", "FIN_WAIT", "CLOSE_WAIT", "LAST_ACK"],
  ...["SYNACK", "UDP", "NONE", "ASSURED"],
] as const;
export type ConnectionState = (typeof connectionStates)[number];

const known: ReadonlySet<string> = new Set(connectionStates);
const isState = (text: string): text is ConnectionState => known.has(text);

/** Up to here a line is "TCP " and three times "%08X %04X ", for IPv6 with 39 characters. */
const endsLength = { 4: 46, 6: 139 } as const;
/** Then "%-11s %7lu": the state, and the seconds that are left. */
const stateLength = 11;
/** What follows the client's address in IPv4. */
const afterIpv4 = 12;

/**
 * Reads a line of the file and remembers it in `seen`; null for its head, for what need not be
 * told, and for what was seen before in the same state.
 *
 * Most lines of a second reading were seen in the first one, and clients wait meanwhile: so these
 * are told by all that stands before those seconds, without being read. Nor are those that
 * are over already, which may be most of a busy router's: what is read has to be collected as well.
 */
export function readConnection(line: string, seen: Set<string>): Connection | null {
  const stateAt = endsLength[line[afterIpv4] === " " ? 4 : 6];
  const expiresAt = stateAt + stateLength;
  const state = line.slice(stateAt, expiresAt).trimEnd();
  if (!isState(state)) return null;
  const key = line.slice(0, expiresAt);
  if (seen.has(key)) return null;
  seen.add(key);
  const [
    protocol,
    client = "",
    clientPort = "",
    virtual = "",
    virtualPort = "",
    real = "",
    realPort = "",
  ] = line.split(" ", 7);
  if (protocol !== "TCP" && protocol !== "UDP") return null;
  const [from, to, at] = [
    endpoint(client, clientPort),
    endpoint(virtual, virtualPort),
    endpoint(real, realPort),
  ];
  if (from === null || to === null || at === null) return null;
  return {
    protocol: protocol === "TCP" ? "tcp" : "udp",
    client: from,
    virtual: to,
    real: at,
    state,
    isTemplate: from.port === 0,
    expires: Number.parseInt(line.slice(expiresAt), 10),
  };
}

function endpoint(address: string, port: string): Endpoint | null {
  const read = address.includes(":") ? parseAddress(address) : readIpv4(address);
  if (read === null || !/^[0-9A-F]{4}$/.test(port)) return null;
  return { address: read, port: Number.parseInt(port, 16) };
}

const readIpv4 = (hex: string): IpAddress | null =>
  /^[0-9A-F]{8}$/.test(hex) ? addressFromBytes(Uint8Array.from(Buffer.from(hex, "hex"))) : null;

/**
 * The kernel tells of a connection 2 to 3 s after it was established or used (ip_vs_sync.c); what
 * has been quiet for longer than this has been told.
 */
const toldAfterSeconds = 4;

/**
 * Those that the kernel may not have told yet: every connection that is being made or ended, and of
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
