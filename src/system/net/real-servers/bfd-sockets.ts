/**
 * The sockets of BFD (RFC 5881, RFC 5883): one for each family that hears, one for each session
 * that sends. Never waits, and knows nothing of what packets say.
 *
 * Invariant: nothing is read but packets of the expected addresses, which came over no more routers
 * than each may (RFC 5082). The kernel drops all others where they arrive (SO_ATTACH_FILTER of
 * socket(7)), so that a flood of them costs no wake-up and takes no place in the buffer.
 */
import {
  addressBytes,
  addressFromBytes,
  type Family,
  family,
  type IpAddress,
} from "../../../model/address.ts";
import { MachineError } from "../../../model/error.ts";
import {
  attachFilter,
  bind,
  close,
  connect,
  errno,
  errnos,
  type FilterStep,
  receiveFrom,
  send,
  setSocketOption,
  socket,
  whyNot,
} from "../../libc.ts";
import { socketAddress } from "../../socket-address.ts";
import {
  addressFamilies,
  socketCloseOnExec,
  socketDatagram,
  socketNonBlocking,
} from "../../socket-kinds.ts";
import { filterStepsMax } from "../raw-socket.ts";
import { readable, readiness } from "./readiness.ts";

/** RFC 5881, section 4, and RFC 5883, section 5. */
export const bfdPorts = { single: 3784, multihop: 4784 } as const;
export type BfdWay = keyof typeof bfdPorts;

/** The highest there is, with which every packet leaves. */
export const ttlMax = 255;

export interface BfdPeer {
  readonly address: IpAddress;
  /** A packet with less has come over too many routers. */
  readonly ttlMin: number;
}

export interface BfdReceiver {
  /** Who is heard from now on. Throws MachineError. */
  expect(peers: readonly BfdPeer[]): void;
  close(): void;
}
export type OpenBfdReceiver = (options: {
  readonly family: Family;
  readonly way: BfdWay;
  readonly heard: (from: IpAddress, bytes: Uint8Array) => void;
  /** By `heard`. */
  readonly threw: (thrown: unknown) => void;
}) => BfdReceiver;

export interface BfdSender {
  /** Null, or why the kernel did not take it (errno); "refused": the peer has no such port. */
  send(bytes: Uint8Array): number | "refused" | null;
  close(): void;
}
/** A number: why there is none (errno). */
export type OpenBfdSender = (to: IpAddress, way: BfdWay) => BfdSender | number;

/** linux/in.h, linux/in6.h. Packets of control go before others (CS6, RFC 4594). */
const ipv4Options = { level: 0, hops: 2, service: 1 } as const;
const ipv6Options = { level: 41, hops: 16, service: 67, onlyThis: 26 } as const;
const networkControl = 0xc0;

/** Where a header has what is looked at. */
const places = {
  4: { ttl: 8, source: 12, words: 1 },
  6: { ttl: 7, source: 8, words: 4 },
} as const;

/** linux/filter.h, SKF_NET_OFF: from the network header on; a filter begins at that of UDP. */
const network = 0xfff00000;
const byteAt = 0x30;
const wordAt = 0x20;
const length = 0x80;
const equal = 0x15;
const atLeast = 0x35;
const give = 0x06;
/** The headers of UDP and a packet of BFD; and what is kept at most, with an authentication. */
const packetBytesMin = 8 + 24;
const packetBytesMax = 8 + 24 + 32;

const step = (code: number, k: number, jt = 0, jf = 0): FilterStep => ({ code, jt, jf, k });

const drop = step(give, 0);
const long = [step(length, 0), step(atLeast, packetBytesMin, 1, 0), drop];

const withTtl = (of: Family, ttlMin: number): readonly FilterStep[] => [
  step(byteAt, network + places[of].ttl),
  step(atLeast, ttlMin, 0, 1),
  step(give, packetBytesMax),
  drop,
];

/**
 * For more addresses than a filter has room for, by its steps or by net.core.optmem_max: lets in
 * what has the lowest TTL of theirs. The reader looks at addresses.
 */
export const looseBfdFilter = (of: Family, peers: readonly BfdPeer[]): readonly FilterStep[] => [
  ...long,
  ...withTtl(
    of,
    peers.reduce((least, { ttlMin }) => Math.min(least, ttlMin), ttlMax),
  ),
];

/** Lets in what comes from one of these with its TTL at least, and is long enough for a packet. */
export function bfdFilter(of: Family, peers: readonly BfdPeer[]): readonly FilterStep[] {
  const { source, words } = places[of];
  const each = peers.flatMap(({ address, ttlMin }) => {
    const accept = withTtl(of, ttlMin);
    const bytes = Buffer.from(addressBytes(address));
    const compare = Array.from({ length: words }, (_, at) => [
      step(wordAt, network + source + 4 * at),
      step(equal, bytes.readUInt32BE(4 * at), 0, 2 * (words - 1 - at) + accept.length),
    ]);
    return [...compare.flat(), ...accept];
  });
  return long.length + each.length < filterStepsMax
    ? [...long, ...each, drop]
    : looseBfdFilter(of, peers);
}

/**
 * Of one look; more than these are seen by the next one, with others' turns in between. As many as
 * the buffer holds: a session is judged by what was read, and strangers' packets are not among them.
 */
const packetsPerLookMax = 1024;
const receiveBufferBytes = 256 * 1024;
const levelSocket = 1;
const optionReceiveBuffer = 8;

const datagramSocket = socketDatagram | socketCloseOnExec | socketNonBlocking;

function datagrams(of: Family): number {
  const fd = socket(addressFamilies[of], datagramSocket, 0);
  if (fd < 0) throw new MachineError(`no socket for BFD: ${whyNot()}`);
  return fd;
}

const anyAddress = (of: Family, port: number): Uint8Array =>
  socketAddress((of === 6 ? "::" : "0.0.0.0") as IpAddress, port);

const set = (fd: number, level: number, name: number, value: number): number =>
  setSocketOption(fd, level, name, Int32Array.of(value), 4);

/** Hears nobody until it is said who is expected. Throws MachineError. */
export const openBfdReceiver: OpenBfdReceiver = ({ family: of, way, heard, threw }) => {
  // Before there is a socket, which nothing would close if this throws.
  const ready = readiness();
  const fd = datagrams(of);
  const port = bfdPorts[way];
  const fail = (what: string): never => {
    const text = `UDP port ${port} for BFD: ${what}: ${whyNot()}`;
    close(fd);
    throw new MachineError(text);
  };
  if (attachFilter(fd, [step(give, 0)]) !== 0) fail("no filter");
  set(fd, levelSocket, optionReceiveBuffer, receiveBufferBytes);
  if (of === 6) set(fd, ipv6Options.level, ipv6Options.onlyThis, 1);
  const any = anyAddress(of, port);
  if (bind(fd, any, any.length) !== 0) fail("it cannot be had");
  const room = new Uint8Array(packetBytesMax);
  const from = new Uint8Array(any.length);
  const fromSize = new Uint32Array(1);
  const addressAt = of === 4 ? 4 : 8;
  const look = (): void => {
    for (let count = 0; count < packetsPerLookMax; count += 1) {
      fromSize[0] = from.length;
      const got = receiveFrom(fd, room, room.length, 0, from, fromSize);
      if (got < 0) return;
      const bytes = from.slice(addressAt, addressAt + (of === 4 ? 4 : 16));
      heard(addressFromBytes(bytes), room.slice(0, got));
    }
  };
  // What is not read now is reported again.
  const watched = ready.watch(fd, { ready: look, threw }, readable);
  if (!watched) fail("it is not watched");
  return {
    expect(peers) {
      if (attachFilter(fd, bfdFilter(of, peers)) === 0) return;
      // The kernel counts what it makes of the steps against net.core.optmem_max.
      if (attachFilter(fd, looseBfdFilter(of, peers)) !== 0)
        throw new MachineError(`UDP port ${port} for BFD: no filter: ${whyNot()}`);
    },
    close() {
      ready.drop(fd);
      close(fd);
    },
  };
};

/** RFC 5881, section 4: the same port for the life of a session, from these. */
const firstSource = 49_152;
const sources = 16_384;
const sourceTries = 16;

/** False: the kernel gives none (errno). */
function bindSource(fd: number, of: Family): boolean {
  for (let tries = 0; tries < sourceTries; tries += 1) {
    const from = anyAddress(of, firstSource + Math.floor(Math.random() * sources));
    if (bind(fd, from, from.length) === 0) return true;
  }
  return false;
}

/** Sends from the address that the route has. */
export const openBfdSender: OpenBfdSender = (to, way) => {
  const of = family(to);
  const fd = socket(addressFamilies[of], datagramSocket, 0);
  if (fd < 0) return errno();
  const options = of === 4 ? ipv4Options : ipv6Options;
  set(fd, options.level, options.hops, ttlMax);
  set(fd, options.level, options.service, networkControl);
  const peer = socketAddress(to, bfdPorts[way]);
  if (!bindSource(fd, of) || connect(fd, peer, peer.length) !== 0) {
    const why = errno();
    close(fd);
    return why;
  }
  return {
    send(bytes) {
      if (send(fd, bytes, bytes.length, 0) >= 0) return null;
      const why = errno();
      if (why !== errnos.ECONNREFUSED) return why;
      // That was an ICMP error of an earlier packet, and this one is not sent yet.
      send(fd, bytes, bytes.length, 0);
      return "refused";
    },
    close: () => void close(fd),
  };
};
