/**
 * A stranger's thread: sends datagrams with the heartbeat's own source port, which the daemon of
 * that machine has bound: through a raw socket (raw(7)), the UDP header written here. IPv4.
 */
import koffi from "koffi";
import { hurry, serveQuestions } from "../machine/resident-side.ts";

export interface SendQuestion {
  readonly address: string;
  readonly payloads: readonly Uint8Array[];
}

const libc = koffi.load("libc.so.6");
const openSocket = libc.func("int socket(int, int, int)");
const sendTo = libc.func("long sendto(int, void*, size_t, int, void*, uint32_t)");

const heartbeatPort = 539;
// AF_INET, SOCK_RAW, IPPROTO_UDP
const socket = openSocket(2, 3, 17) as number;
if (socket < 0) throw new Error("the sender got no raw socket");

hurry();
serveQuestions((question) => {
  const { address, payloads } = question as SendQuestion;
  const place = Buffer.alloc(16);
  place.writeUInt16LE(2, 0);
  Buffer.from(address.split(".").map(Number)).copy(place, 4);
  for (const payload of payloads) {
    const header = Buffer.alloc(8);
    header.writeUInt16BE(heartbeatPort, 0);
    header.writeUInt16BE(heartbeatPort, 2);
    header.writeUInt16BE(8 + payload.length, 4);
    const datagram = Buffer.concat([header, payload]);
    if ((sendTo(socket, datagram, datagram.length, 0, place, place.length) as number) < 0)
      throw new Error(`a datagram of ${payload.length} bytes was not sent`);
  }
  return payloads.length;
});
