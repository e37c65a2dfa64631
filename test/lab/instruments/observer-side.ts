/**
 * The ARP observer's thread: asks who has the VIP, again and again, and notes who answers.
 *
 * RFC 826 frames over a raw socket, so that the kernel's neighbour table has no say in it: every
 * machine that holds the address answers every question.
 */
import { workerData } from "node:worker_threads";
import { openPacketSocket } from "../machine/packet-socket.ts";
import { hurry, serveQuestions } from "../machine/resident-side.ts";
import { now } from "./clock.ts";

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

const options = workerData as ObserverOptions;
const arp = 0x0806;
const broadcast = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
const macBytes = options.ownMac.split(":").map((part) => Number.parseInt(part, 16));
const ipBytes = (address: string): number[] => address.split(".").map(Number);

const question = Buffer.from([
  ...broadcast,
  ...macBytes,
  0x08,
  0x06,
  0,
  1,
  8,
  0,
  6,
  4,
  0,
  1,
  ...macBytes,
  ...ipBytes(options.own),
  0,
  0,
  0,
  0,
  0,
  0,
  ...ipBytes(options.address),
]);

const socket = openPacketSocket(options.device, arp);
const rounds: Round[] = [];
const wanted = Buffer.from(ipBytes(options.address));
const asker = Buffer.from(ipBytes(options.own));

/** Notes replies (operation 2) of the VIP to us; announcements are addressed to the VIP itself. */
function drain(): void {
  for (let frames = 0; frames < 64; frames++) {
    const frame = socket.next();
    if (frame === null) return;
    if (frame.length < 42 || frame.readUInt16BE(20) !== 2 || !frame.subarray(28, 32).equals(wanted))
      continue;
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
  socket.send(question);
}, options.intervalMs);

hurry();
serveQuestions((asked) => {
  drain();
  return rounds.filter((round) => round.at >= (asked as { from: number }).from);
});
