/**
 * The ARP observer's thread: asks who has the VIP, again and again, and notes who answers.
 *
 * RFC 826 frames over a raw socket, so that the kernel's neighbour table has no say in it: every
 * machine that holds the address answers every question.
 */
import { workerData } from "node:worker_threads";
import koffi from "koffi";
import { now } from "./clock.ts";
import { serveQuestions } from "./resident-side.ts";

export interface ObserverOptions {
  readonly address: string;
  readonly own: string;
  readonly ownMac: string;
  readonly device: string;
  readonly intervalMs: number;
}

/** One question and the MAC addresses that answered it. */
export interface Round {
  readonly at: number;
  readonly answered: string[];
}

const libc = koffi.load("libc.so.6");
const openSocket = libc.func("int socket(int, int, int)");
const sendTo = libc.func("long sendto(int, void*, size_t, int, void*, uint32_t)");
const receive = libc.func("long recv(int, _Out_ void*, size_t, int)");
const indexOf = libc.func("uint32_t if_nametoindex(const char*)");
const bindTo = libc.func("int bind(int, void*, uint32_t)");

const options = workerData as ObserverOptions;
const arp = 0x0806;
const broadcast = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
const macBytes = options.ownMac.split(":").map((part) => Number.parseInt(part, 16));
const ipBytes = (address: string): number[] => address.split(".").map(Number);

/** packet(7): struct sockaddr_ll for ARP on our device. */
const place = Buffer.alloc(20);
place.writeUInt16LE(17, 0);
place.writeUInt16BE(arp, 2);
place.writeInt32LE(indexOf(options.device) as number, 4);
place.writeUInt8(6, 11);
Buffer.from(broadcast).copy(place, 12);

const question = Buffer.from([
  ...[...broadcast, ...macBytes, 0x08, 0x06],
  ...[0, 1, 8, 0, 6, 4, 0, 1],
  ...[...macBytes, ...ipBytes(options.own)],
  ...[0, 0, 0, 0, 0, 0, ...ipBytes(options.address)],
]);

// AF_PACKET, SOCK_RAW
const socket = openSocket(17, 3, ((arp & 0xff) << 8) | (arp >> 8)) as number;
if (socket < 0 || bindTo(socket, place, place.length) !== 0)
  throw new Error("the observer got no raw socket");

const rounds: Round[] = [];
const frame = Buffer.alloc(128);
const wanted = Buffer.from(ipBytes(options.address));
const asker = Buffer.from(ipBytes(options.own));
const dontWait = 0x40;

/** Notes replies (operation 2) of the VIP to us; announcements are addressed to the VIP itself. */
function drain(): void {
  for (let frames = 0; frames < 64; frames++) {
    const length = receive(socket, frame, frame.length, dontWait) as number;
    if (length < 42) return;
    if (frame.readUInt16BE(20) !== 2 || !frame.subarray(28, 32).equals(wanted)) continue;
    if (!frame.subarray(38, 42).equals(asker)) continue;
    const mac = [...frame.subarray(22, 28)].map((byte) => byte.toString(16).padStart(2, "0"));
    const current = rounds.at(-1);
    if (current !== undefined && !current.answered.includes(mac.join(":")))
      current.answered.push(mac.join(":"));
  }
}

setInterval(() => {
  drain();
  rounds.push({ at: now(), answered: [] });
  sendTo(socket, question, question.length, 0, place, place.length);
}, options.intervalMs);

serveQuestions((asked) => {
  drain();
  return rounds.filter((round) => round.at >= (asked as { from: number }).from);
});
