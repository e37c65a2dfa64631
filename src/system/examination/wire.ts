/**
 * Questions on the wire, in frames made by hand: who has an address, and does a machine take a
 * connection to it. A handshake is never finished: what was opened is reset at once.
 */
import PQueue from "p-queue";
import type { Answered } from "../../advice/findings/facts.ts";
import {
  claimIn,
  etherTypeArp,
  etherTypeIpv6,
  macFromText,
  probe,
  solicitation,
} from "../../kernel/frames.ts";
import { answerIn, etherTypeIpv4, type Segment, segmentFrame } from "../../kernel/tcp-question.ts";
import { family, type IpAddress } from "../../model/address.ts";
import type { FilterStep } from "../libc.ts";
import { openPacketSocket, type PacketSocket } from "../net/raw-socket.ts";
import { advertisementFilter, arpFilter } from "../net/stranger-watch.ts";

/** A device with the address by which this machine asks there. */
export interface Asker {
  readonly device: string;
  readonly index: number;
  readonly mac: string;
  readonly own: IpAddress | null;
}

export interface Wire {
  /** Every link-layer address that answers for an address. */
  holders(asker: Asker, address: IpAddress): Promise<Answered>;
  /** Whether a connection is taken in a frame to this machine; null: no answer at all. */
  connect(asker: Asker, mac: string, segment: Omit<Segment, "fromPort">): Promise<boolean | null>;
  close(): void;
}

/** Answers on a link come within milliseconds; a machine that is busy is asked twice. */
const answerWithinMs = 1000;
const askAgainAfterMs = 400;
const lookEveryMs = 10;
/** Questions under way at once. */
const concurrency = 64;
/** Ports above those that the kernel gives to connections by itself (ip_local_port_range). */
const firstPort = 61_000;
const ports = 4000;

const drop: FilterStep = { code: 0x06, jt: 0, jf: 0, k: 0 };
const keep: FilterStep = { code: 0x06, jt: 0, jf: 0, k: 0xffff };
const unless = (k: number, jf: number): FilterStep => ({ code: 0x15, jt: 0, jf, k });

/** TCP to one of our ports: the others are the router's business, which may be a lot. */
const tcp4: readonly FilterStep[] = [
  { code: 0x30, jt: 0, jf: 0, k: 23 },
  unless(6, 4),
  { code: 0xb1, jt: 0, jf: 0, k: 14 },
  { code: 0x48, jt: 0, jf: 0, k: 16 },
  { code: 0x35, jt: 0, jf: 1, k: firstPort },
  keep,
  drop,
];
/** That, or a neighbour advertisement. */
const six: readonly FilterStep[] = [
  { code: 0x30, jt: 0, jf: 0, k: 20 },
  unless(6, 3),
  { code: 0x28, jt: 0, jf: 0, k: 56 },
  { code: 0x35, jt: 0, jf: 1, k: firstPort },
  keep,
  ...advertisementFilter,
];

/** Throws MachineError without CAP_NET_RAW. */
export function openWire(addresses: readonly IpAddress[]): Wire {
  const four = addresses.filter((address) => family(address) === 4);
  const sockets: PacketSocket[] = [];
  const open = (etherType: number, filter: readonly FilterStep[]): void => {
    sockets.push(openPacketSocket(etherType, { filter }));
  };
  open(etherTypeArp, arpFilter(four));
  open(etherTypeIpv4, tcp4);
  open(etherTypeIpv6, six);
  const [sender] = sockets;
  const claims = new Map<string, Set<string>>();
  const answers = new Map<string, boolean>();
  const queue = new PQueue({ concurrency });
  let nextPort = 0;
  const look = (): void => {
    for (const socket of sockets)
      for (let frame = socket.receive(); frame !== null; frame = socket.receive()) {
        if (frame.outgoing) continue;
        const claim = claimIn(frame.bytes);
        if (claim !== null) claims.get(`${frame.interfaceIndex} ${claim.address}`)?.add(claim.mac);
        const answer = claim === null ? answerIn(frame.bytes) : null;
        if (answer !== null) answers.set(keyOf(answer.to, answer.toPort), answer.taken);
      }
  };
  const timer = setInterval(look, lookEveryMs);
  const until = async (done: () => boolean, again: () => void): Promise<void> => {
    const began = performance.now();
    let asked = 1;
    while (!done() && performance.now() - began < answerWithinMs) {
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
      if (asked > 1 || performance.now() - began < askAgainAfterMs) continue;
      asked += 1;
      again();
    }
  };
  return {
    holders: ({ device, index, mac, own }, address) =>
      queue.add(async () => {
        const macs = new Set<string>();
        claims.set(`${index} ${address}`, macs);
        const from = macFromText(mac);
        const ask = (): void => {
          const frame = own === null ? probe(from, address) : solicitation(from, own, address);
          sender?.send(index, frame);
        };
        ask();
        // Of several holders the second one proves as much as the first.
        await until(() => false, ask);
        claims.delete(`${index} ${address}`);
        return { address, device, macs: [...macs].filter((one) => one !== mac) };
      }),
    connect: ({ index, mac }, to, question) =>
      queue.add(async () => {
        nextPort = (nextPort + 1) % ports;
        const segment: Segment = { ...question, fromPort: firstPort + nextPort };
        const frames = { source: macFromText(mac), destination: macFromText(to) };
        const key = keyOf(segment.from, segment.fromPort);
        const ask = (): void => {
          sender?.send(index, segmentFrame(segment, frames, "syn"));
        };
        ask();
        await until(() => answers.has(key), ask);
        const taken = answers.get(key) ?? null;
        answers.delete(key);
        if (taken === true) sender?.send(index, segmentFrame(segment, frames, "reset"));
        return taken;
      }),
    close() {
      clearInterval(timer);
      for (const socket of sockets) socket.close();
    },
  };
}

const keyOf = (address: IpAddress, port: number): string => `${address} ${port}`;
