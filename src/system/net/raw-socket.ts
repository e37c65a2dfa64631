/**
 * Packet sockets (packet(7)) through libc: whole Ethernet frames out, and in through a filter of
 * the kernel (socket(7), SO_ATTACH_FILTER). Never waits. Knows no protocol.
 */
import { MachineError } from "../../model/error.ts";
import {
  attachFilter,
  bind,
  bindAside,
  close,
  errno,
  errnos,
  type FilterStep,
  getSocketOption,
  receiveFrom,
  sendTo,
  setSocketOption,
  socket,
  whyNot,
} from "../libc.ts";
import {
  addressFamilyPacket,
  socketCloseOnExec,
  socketDatagram,
  socketNonBlocking,
  socketRaw,
} from "../socket-kinds.ts";

const levelSocket = 1;
const optionReceiveBuffer = 8;
const optionReceiveBufferForce = 33;
const levelPacket = 263;
const optionStatistics = 6;
const wouldBlock = errnos.EAGAIN;
const sockaddrBytes = 20;
/** sockaddr_ll: where the kernel says what it has to do with this machine, and that it leaves. */
const packetTypeAt = 10;
const packetOutgoing = 4;

/** Of frames that wait to be read. */
const receiveBufferBytes = 64 * 1024;
const frameBytesMax = 1514;
/** Kept free for experiments within one network (IEEE 802, 1999): no protocol uses it. */
const unusedEtherType = 0x88b5;
/** All of them (linux/if_ether.h, ETH_P_ALL): only then come those that leave, too. */
export const everyEtherType = 0x0003;

/** The kernel takes no longer filters (BPF_MAXINSNS). */
export const filterStepsMax = 4096;

export interface PacketSocketOptions {
  /** What is received begins behind the link's own header, whatever the link (SOCK_DGRAM). */
  readonly withoutLinkHeader?: boolean;
  /** The first filter; nothing is received before it is there. Default: none. */
  readonly filter?: readonly FilterStep[];
  /** What waits to be read, as the kernel counts it; it drops what comes on top. */
  readonly receiveBufferBytes?: number;
}

export interface ReceivedFrame {
  readonly bytes: Uint8Array;
  /** Index of the interface that it came in by, or leaves by. */
  readonly interfaceIndex: number;
  readonly outgoing: boolean;
}

export interface PacketSocket {
  /** Hands one frame to an interface; null, or why the kernel did not take it. */
  send(interfaceIndex: number, frame: Uint8Array): string | null;
  /** The next frame that waits; null when none does. Throws MachineError. */
  receive(): ReceivedFrame | null;
  /** Replaces the filter. Throws MachineError. */
  setFilter(steps: readonly FilterStep[]): void;
  /** Receives this EtherType from now on. Throws MachineError. */
  listen(etherType: number): void;
  /**
   * Receives nothing any more, soon: the kernel waits for all processors, in a thread of its own
   * here. What waits can still be read. A failure changes nothing but what is received.
   */
  pause(): Promise<void>;
  /** Frames that found no room since this was asked last. Throws MachineError. */
  dropped(): number;
  close(): void;
}

const trouble = (what: string): MachineError =>
  new MachineError(`packet socket: ${what}: ${whyNot()}`);

/** A sockaddr_ll of all interfaces. */
function addressOf(etherType: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(sockaddrBytes));
  view.setUint16(0, addressFamilyPacket, true);
  view.setUint16(2, etherType);
  return new Uint8Array(view.buffer);
}

/** `etherType` 0 receives nothing: a socket for sending. Throws MachineError (CAP_NET_RAW). */
export function openPacketSocket(
  etherType: number,
  options: PacketSocketOptions = {},
): PacketSocket {
  const kind = options.withoutLinkHeader === true ? socketDatagram : socketRaw;
  const type = kind | socketCloseOnExec | socketNonBlocking;
  const fd: number = socket(addressFamilyPacket, type, 0);
  if (fd < 0) throw trouble("cannot be opened");
  const size = Int32Array.of(options.receiveBufferBytes ?? receiveBufferBytes);
  // Beyond what the machine allows everybody; without the right to it, up to that.
  if (setSocketOption(fd, levelSocket, optionReceiveBufferForce, size, size.byteLength) !== 0)
    setSocketOption(fd, levelSocket, optionReceiveBuffer, size, size.byteLength);

  const to = new DataView(new ArrayBuffer(sockaddrBytes));
  const toBytes = new Uint8Array(to.buffer);
  to.setUint16(0, addressFamilyPacket, true);
  const from = new DataView(new ArrayBuffer(sockaddrBytes));
  const fromBytes = new Uint8Array(from.buffer);
  const fromSize = new Uint32Array(1);
  const room = new Uint8Array(frameBytesMax);
  const statistics = new Uint32Array(2);
  const statisticsSize = new Uint32Array(1);
  const opened: PacketSocket = {
    send(interfaceIndex, frame) {
      // Address family, then the frame's own EtherType, then the interface.
      toBytes[2] = frame[12] ?? 0;
      toBytes[3] = frame[13] ?? 0;
      to.setInt32(4, interfaceIndex, true);
      const sent: number = sendTo(fd, frame, frame.length, 0, toBytes, sockaddrBytes);
      return sent < 0 ? whyNot() : null;
    },
    receive() {
      fromSize[0] = sockaddrBytes;
      const got: number = receiveFrom(fd, room, room.length, 0, fromBytes, fromSize);
      if (got >= 0)
        return {
          bytes: room.slice(0, got),
          interfaceIndex: from.getInt32(4, true),
          outgoing: fromBytes[packetTypeAt] === packetOutgoing,
        };
      // An interface that went down leaves an error behind once; what waits is still there.
      if (errno() === wouldBlock || errno() === errnos.ENETDOWN) return null;
      throw trouble("cannot be read");
    },
    setFilter(steps) {
      if (attachFilter(fd, steps) !== 0)
        throw trouble(`a filter of ${steps.length} steps was not taken`);
    },
    listen(wanted) {
      if (bind(fd, addressOf(wanted), sockaddrBytes) !== 0) throw trouble("cannot listen");
    },
    pause: () => bindAside(fd, addressOf(unusedEtherType), sockaddrBytes),
    dropped() {
      statisticsSize[0] = statistics.byteLength;
      if (getSocketOption(fd, levelPacket, optionStatistics, statistics, statisticsSize) !== 0)
        throw trouble("does not say what it dropped");
      return statistics[1] ?? 0;
    },
    close() {
      close(fd);
    },
  };
  try {
    if (options.filter !== undefined) opened.setFilter(options.filter);
    if (etherType !== 0) opened.listen(etherType);
  } catch (thrown) {
    opened.close();
    throw thrown;
  }
  return opened;
}
