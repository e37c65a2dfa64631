/**
 * Echo requests and replies of ICMP (RFC 792) and ICMPv6 (RFC 4443 section 4) over raw sockets
 * (raw(7), CAP_NET_RAW): the kernel finds the way and the neighbour. Never waits.
 */
import { randomBytes } from "node:crypto";
import {
  addressBytes,
  addressFromBytes,
  type Family,
  type IpAddress,
} from "../../model/address.ts";
import { MachineError } from "../../model/error.ts";
import type { Origin } from "../../model/origin.ts";
import {
  close,
  errno,
  errnos,
  receiveFrom,
  sendTo,
  setSocketOption,
  socket,
  whyNot,
} from "../libc.ts";
import { socketCloseOnExec, socketNonBlocking, socketRaw } from "../socket-kinds.ts";
import { refusedOrigin } from "./real-servers/origin-socket.ts";

const levelRaw = 255;
const optionFilter = 1;

interface Kind {
  readonly domain: number;
  readonly protocol: number;
  readonly level: number;
  readonly request: number;
  readonly reply: number;
  readonly sockaddrBytes: number;
  /** Where the address lies in a sockaddr. */
  readonly addressAt: number;
  readonly addressLength: number;
}

const kinds: Readonly<Record<Family, Kind>> = {
  4: {
    domain: 2,
    protocol: 1,
    level: levelRaw,
    request: 8,
    reply: 0,
    sockaddrBytes: 16,
    addressAt: 4,
    addressLength: 4,
  },
  6: {
    domain: 10,
    protocol: 58,
    level: 58,
    request: 128,
    reply: 129,
    sockaddrBytes: 28,
    addressAt: 8,
    addressLength: 16,
  },
};

/**
 * A message: type, code, checksum, then identifier and sequence, then what no other program sends.
 */
const markAt = 4;
const markBytes = 16;
/** Last comes a number of the caller's, which distinguishes its requests. */
const tagAt = markAt + markBytes;
const tagBytes = 4;
/** Replies to other programs that one look passes over; a flood of them must not hold it up. */
const strangersMax = 64;

export interface EchoReply {
  readonly from: IpAddress;
  readonly tag: number;
}

export interface EchoSocket {
  /** Asks once; null, or why the kernel did not take it. `tag`: 32 bits that the reply bears. */
  send(to: IpAddress, tag?: number): string | null;
  /**
   * Who has answered one of our requests, one a call; null when nothing waits. Throws MachineError.
   */
  receive(): EchoReply | null;
  close(): void;
}

/** The internet checksum (RFC 1071). */
export function internetChecksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2)
    sum += ((bytes[at] ?? 0) << 8) + (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** Everything but replies to echo requests is kept away from the socket by the kernel. */
function filterFor(family: Family): Uint32Array {
  const { reply } = kinds[family];
  const blocked = new Uint32Array(family === 4 ? 1 : 8).fill(0xffff_ffff);
  const word = reply >> 5;
  blocked[word] = ((blocked[word] ?? 0) & ~(1 << (reply & 31))) >>> 0;
  return blocked;
}

/**
 * Throws MachineError when the socket cannot be had (it needs CAP_NET_RAW). `origin`: where requests
 * come from; null: wherever the kernel says.
 */
export function openEchoSocket(family: Family, origin: Origin | null = null): EchoSocket {
  const kind = kinds[family];
  const type = socketRaw | socketCloseOnExec | socketNonBlocking;
  const fd: number = socket(kind.domain, type, kind.protocol);
  if (fd < 0) throw trouble("cannot be opened");
  const why = origin === null ? null : refusedOrigin(fd, origin, family);
  if (why !== null) {
    close(fd);
    throw new MachineError(why);
  }
  const blocked = filterFor(family);
  setSocketOption(fd, kind.level, optionFilter, blocked, blocked.byteLength);
  const mark = randomBytes(markBytes);
  const request = Buffer.alloc(tagAt + tagBytes);
  request[0] = kind.request;
  request.set(mark, markAt);
  const peer = new Uint8Array(kind.sockaddrBytes);
  const peerSize = new Uint32Array(1);
  const room = Buffer.alloc(256);
  return {
    send(to, tag = 0) {
      request.writeUInt32BE(tag, tagAt);
      request.writeUInt16BE(0, 2);
      // The kernel fills in the checksum of ICMPv6 by itself (RFC 3542 section 3.1).
      if (family === 4) request.writeUInt16BE(internetChecksum(request), 2);
      peer.fill(0);
      peer[0] = kind.domain;
      peer.set(addressBytes(to), kind.addressAt);
      const sent: number = sendTo(fd, request, request.length, 0, peer, peer.length);
      return sent < 0 ? whyNot() : null;
    },
    receive() {
      for (let strangers = 0; strangers < strangersMax; strangers += 1) {
        peerSize[0] = peer.length;
        const got: number = receiveFrom(fd, room, room.length, 0, peer, peerSize);
        if (got < 0) {
          if (errno() === errnos.EAGAIN) return null;
          // What the kernel heard of an earlier request (ICMP errors) is no trouble of the socket's.
          if (passing.includes(errno())) continue;
          throw trouble("cannot be read");
        }
        // An IPv4 raw socket gives the packet with its header, IHL words long.
        const from = family === 4 ? ((room[0] ?? 0) & 15) * 4 : 0;
        const isOurs = mark.every((byte, index) => room[from + markAt + index] === byte);
        if (got < from + request.length || room[from] !== kind.reply || !isOurs) continue;
        const at = kind.addressAt;
        return {
          from: addressFromBytes(peer.slice(at, at + kind.addressLength)),
          tag: room.readUInt32BE(from + tagAt),
        };
      }
      return null;
    },
    close() {
      close(fd);
    },
  };
}

const { EHOSTUNREACH, ENETUNREACH, ENETDOWN, ECONNREFUSED } = errnos;
const passing: readonly (number | undefined)[] = [
  EHOSTUNREACH,
  ENETUNREACH,
  ENETDOWN,
  ECONNREFUSED,
];

const trouble = (what: string): MachineError =>
  new MachineError(`ICMP socket: ${what}: ${whyNot()}`);
