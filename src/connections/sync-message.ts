/**
 * Connections as a kernel's synchronisation daemon takes them in: version 1 of its protocol, which
 * net/netfilter/ipvs/ip_vs_sync.c draws ("Sync Connection format", "Version 1").
 *
 * Only written, never read: what the peer's kernel takes in is its affair. The forwarding method is
 * left out, since the kernel gives a connection that of its destination (ip_vs_bind_dest).
 */
import type { Connection, ConnectionState } from "./connection-list.ts";

/** One datagram that no path fragments; the kernel's receiver takes up to the device's MTU. */
const datagramBytesMax = 1232;
const headerBytes = 8;
/** Up to the addresses, which follow: client, virtual, real. */
const fixedBytes = 24;
const ipv6Bytes = 48;
const version = 1;

const at = { syncId: 1, size: 2, count: 4, version: 5 } as const;
const of = {
  type: 0,
  protocol: 1,
  size: 2,
  flags: 4,
  state: 8,
  clientPort: 10,
  virtualPort: 12,
  realPort: 14,
  mark: 16,
  timeout: 20,
} as const;

const typeIpv6 = 1;
const protocolNumbers = { tcp: 6, udp: 17 } as const;

/** include/uapi/linux/ip_vs.h: IP_VS_CONN_F_INACTIVE, IP_VS_CONN_F_TEMPLATE. */
const inactive = 0x0100;
const template = 0x1000;

/** include/net/ip_vs.h: the numbers of the TCP states, of UDP's one, and of a template's two. */
const stateNumbers: Readonly<Record<ConnectionState, number>> = {
  ESTABLISHED: 1,
  SYN_SENT: 2,
  SYN_RECV: 3,
  FIN_WAIT: 4,
  CLOSE_WAIT: 7,
  LAST_ACK: 8,
  SYNACK: 10,
  UDP: 0,
  NONE: 0,
  ASSURED: 1,
};

const recordBytes = ({ addresses }: Connection): number => fixedBytes + addresses.length;

/** The datagrams that carry these connections, in their order. `syncId`: 0 to 255. */
export function syncMessages(connections: readonly Connection[], syncId: number): Uint8Array[] {
  const datagrams: Uint8Array[] = [];
  let batch: Connection[] = [];
  let size = headerBytes;
  for (const connection of connections) {
    const bytes = recordBytes(connection);
    if (size + bytes > datagramBytesMax) {
      datagrams.push(message(batch, size, syncId));
      batch = [];
      size = headerBytes;
    }
    batch.push(connection);
    size += bytes;
  }
  if (batch.length > 0) datagrams.push(message(batch, size, syncId));
  return datagrams;
}

function message(connections: readonly Connection[], size: number, syncId: number): Uint8Array {
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint8(at.syncId, syncId);
  view.setUint16(at.size, size);
  view.setUint8(at.count, connections.length);
  view.setUint8(at.version, version);
  let place = headerBytes;
  for (const connection of connections) {
    putRecord(bytes, view, place, connection);
    place += recordBytes(connection);
  }
  return bytes;
}

function putRecord(bytes: Uint8Array, view: DataView, at: number, connection: Connection): void {
  const { protocol, addresses, state, isTemplate, expires } = connection;
  const idle = protocol === "tcp" && state !== "ESTABLISHED";
  view.setUint8(at + of.type, addresses.length === ipv6Bytes ? typeIpv6 : 0);
  view.setUint8(at + of.protocol, protocolNumbers[protocol]);
  view.setUint16(at + of.size, recordBytes(connection));
  view.setUint32(at + of.flags, isTemplate ? template : idle ? inactive : 0);
  view.setUint16(at + of.state, stateNumbers[state]);
  view.setUint16(at + of.clientPort, connection.clientPort);
  view.setUint16(at + of.virtualPort, connection.virtualPort);
  view.setUint16(at + of.realPort, connection.realPort);
  view.setUint32(at + of.mark, connection.mark ?? 0);
  // 0: the receiver's own time for this state. For a template it would take three minutes.
  view.setUint32(at + of.timeout, isTemplate ? Math.max(1, expires) : 0);
  bytes.set(addresses, at + fixedBytes);
}
