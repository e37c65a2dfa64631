/**
 * Frames on a device of the calling thread's namespace, past the kernel's own opinion of them
 * (packet(7), SOCK_RAW).
 */
import koffi from "koffi";

const libc = koffi.load("libc.so.6");
const openSocket = libc.func("int socket(int, int, int)");
const sendTo = libc.func("long sendto(int, void*, size_t, int, void*, uint32_t)");
const receive = libc.func("long recv(int, _Out_ void*, size_t, int)");
const indexOf = libc.func("uint32_t if_nametoindex(const char*)");
const bindTo = libc.func("int bind(int, void*, uint32_t)");

const packetFamily = 17;
const rawType = 3;
const dontWait = 0x40;
const frameBytesMax = 2048;

export interface PacketSocket {
  /** Broadcasts a whole frame, its header included. */
  send(frame: Uint8Array): void;
  /** The next frame that waits; null when none does. Valid until the next call. */
  next(): Buffer | null;
}

/** Frames of this EtherType, `0x0806` for ARP. Throws when the kernel gives no such socket. */
export function openPacketSocket(device: string, etherType: number): PacketSocket {
  const place = Buffer.alloc(20);
  place.writeUInt16LE(packetFamily, 0);
  place.writeUInt16BE(etherType, 2);
  place.writeInt32LE(indexOf(device) as number, 4);
  place.writeUInt8(6, 11);
  place.fill(0xff, 12, 18);
  const protocol = ((etherType & 0xff) << 8) | (etherType >> 8);
  const socket = openSocket(packetFamily, rawType, protocol) as number;
  if (socket < 0 || bindTo(socket, place, place.length) !== 0)
    throw new Error(`no raw socket for ${device}`);
  const frame = Buffer.alloc(frameBytesMax);
  return {
    send(bytes) {
      sendTo(socket, bytes, bytes.length, 0, place, place.length);
    },
    next() {
      const length = receive(socket, frame, frame.length, dontWait) as number;
      return length < 0 ? null : frame.subarray(0, length);
    },
  };
}
