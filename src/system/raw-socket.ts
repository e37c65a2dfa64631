/**
 * Packet sockets (packet(7)) through libc: whole Ethernet frames out, and in through a filter of
 * the kernel (socket(7), SO_ATTACH_FILTER). Never waits. Knows no protocol.
 */
import { getSystemErrorMessage } from "node:util";
import koffi from "koffi";
import { MachineError } from "../model/error.ts";

const libc = koffi.load("libc.so.6");
const libcSocket = libc.func("int socket(int domain, int type, int protocol)");
const libcClose = libc.func("int close(int fd)");
const libcSend = libc.func(
  "int64 sendto(int fd, const void *bytes, uint64 length, int flags, const void *to, uint32 size)",
);
const libcReceive = libc.func(
  "int64 recvfrom(int fd, void *bytes, uint64 length, int flags, void *from, void *size)",
);
const libcSetOption = libc.func(
  "int setsockopt(int fd, int level, int name, const void *value, uint32 size)",
);
const sockFilter = koffi.struct({ code: "uint16", jt: "uint8", jf: "uint8", k: "uint32" });
const sockFprog = koffi.struct({ len: "uint16", filter: koffi.pointer(sockFilter) });
const libcSetFilter = libc.func("setsockopt", "int", [
  "int",
  "int",
  "int",
  koffi.pointer(sockFprog),
  "uint32",
]);

const addressFamilyPacket = 17;
const socketRaw = 3;
const socketCloseOnExec = 0o2000000;
const socketNonBlocking = 0o4000;
const levelSocket = 1;
const optionReceiveBuffer = 8;
const optionAttachFilter = 26;
const wouldBlock = koffi.os.errno.EAGAIN;
const sockaddrBytes = 20;

/** Frames that wait to be read; the kernel drops what comes on top. */
const receiveBufferBytes = 64 * 1024;
const frameBytesMax = 1514;

/** One instruction of a classic filter (bpf(4)): loads, jumps, and how many bytes to keep. */
export interface FilterStep {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

/** The kernel takes no longer filters (BPF_MAXINSNS). */
export const filterStepsMax = 4096;

export interface ReceivedFrame {
  readonly bytes: Uint8Array;
  /** Index of the interface that it came in by. */
  readonly interfaceIndex: number;
}

export interface PacketSocket {
  /** Hands one frame to an interface; null, or why the kernel did not take it. */
  send(interfaceIndex: number, frame: Uint8Array): string | null;
  /** The next frame that waits; null when none does. Throws MachineError. */
  receive(): ReceivedFrame | null;
  /** Replaces the filter. Throws MachineError. */
  setFilter(steps: readonly FilterStep[]): void;
  close(): void;
}

const trouble = (what: string): MachineError => {
  const errno = koffi.errno();
  return new MachineError(`packet socket: ${what}: ${getSystemErrorMessage(-errno)}`);
};

const swapped = (value: number): number => ((value & 0xff) << 8) | (value >> 8);

/** `etherType` 0 receives nothing: a socket for sending. Throws MachineError (CAP_NET_RAW). */
export function openPacketSocket(etherType: number): PacketSocket {
  const type = socketRaw | socketCloseOnExec | socketNonBlocking;
  const fd: number = libcSocket(addressFamilyPacket, type, swapped(etherType));
  if (fd < 0) throw trouble("cannot be opened");
  const size = Int32Array.of(receiveBufferBytes);
  libcSetOption(fd, levelSocket, optionReceiveBuffer, size, size.byteLength);

  const to = new DataView(new ArrayBuffer(sockaddrBytes));
  const toBytes = new Uint8Array(to.buffer);
  to.setUint16(0, addressFamilyPacket, true);
  const from = new DataView(new ArrayBuffer(sockaddrBytes));
  const fromBytes = new Uint8Array(from.buffer);
  const fromSize = new Uint32Array(1);
  const room = new Uint8Array(frameBytesMax);
  return {
    send(interfaceIndex, frame) {
      // Address family, then the frame's own EtherType, then the interface.
      toBytes[2] = frame[12] ?? 0;
      toBytes[3] = frame[13] ?? 0;
      to.setInt32(4, interfaceIndex, true);
      const sent: number = libcSend(fd, frame, frame.length, 0, toBytes, sockaddrBytes);
      return sent < 0 ? getSystemErrorMessage(-koffi.errno()) : null;
    },
    receive() {
      fromSize[0] = sockaddrBytes;
      const got: number = libcReceive(fd, room, room.length, 0, fromBytes, fromSize);
      if (got >= 0) return { bytes: room.slice(0, got), interfaceIndex: from.getInt32(4, true) };
      // An interface that went down leaves an error behind once; what waits is still there.
      if (koffi.errno() === wouldBlock || koffi.errno() === koffi.os.errno.ENETDOWN) return null;
      throw trouble("cannot be read");
    },
    setFilter(steps) {
      const program = { len: steps.length, filter: steps };
      const bytes = koffi.sizeof(sockFprog);
      if (libcSetFilter(fd, levelSocket, optionAttachFilter, program, bytes) !== 0)
        throw trouble(`a filter of ${steps.length} steps was not taken`);
    },
    close() {
      libcClose(fd);
    },
  };
}
