/**
 * Asks arbiters whether they are there, and hears their answers: by ARP or neighbour solicitation
 * where the arbiter is on one of our networks, and by ICMP echo wherever it is. Either answer
 * counts: some gear answers only one. When to ask, and what silence means, is decided elsewhere.
 */

import {
  claimIn,
  destinationOf,
  etherTypeArp,
  etherTypeIpv6,
  macFromText,
  solicitation,
} from "../../kernel/frames.ts";
import { family, type IpAddress } from "../../model/address.ts";
import { type EchoSocket, openEchoSocket } from "./echo-socket.ts";
import { openPacketSocket, type PacketSocket } from "./raw-socket.ts";
import { advertisementFilter, arpFilter } from "./stranger-watch.ts";

/** An arbiter and the way to it. */
export interface Gateway {
  readonly address: IpAddress;
  /** The interface whose network holds it, and our own address there; null: it is further away. */
  readonly link: GatewayLink | null;
}

export interface GatewayLink {
  readonly index: number;
  readonly mac: string;
  readonly source: IpAddress;
}

export interface GatewayProbe {
  /** Replaces the arbiters. Throws MachineError when they cannot be listened to (CAP_NET_RAW). */
  aim(gateways: readonly Gateway[]): void;
  /** Asks each once, now; one text for each that could not be asked in any way. */
  ask(): readonly string[];
  /** Whether any has answered since the last look. Throws MachineError. */
  look(): boolean;
  close(): void;
}

/** Frames and replies of one look; more are a flood, of which the next look sees the rest. */
const answersPerLookMax = 64;

export function openGatewayProbe(): GatewayProbe {
  let gateways: readonly Gateway[] = [];
  let frames: PacketSocket[] = [];
  let echoes = new Map<4 | 6, EchoSocket>();

  const close = (): void => {
    for (const socket of [...frames, ...echoes.values()]) socket.close();
    frames = [];
    echoes = new Map();
  };
  const listen = (etherType: number, filter: Parameters<PacketSocket["setFilter"]>[0]): void => {
    const socket = openPacketSocket(etherType);
    frames.push(socket);
    socket.setFilter(filter);
  };
  const byLink = ({ address, link }: Gateway): string | null => {
    if (link === null) return "on none of this router's networks";
    const frame = solicitation(macFromText(link.mac), link.source, address);
    return frames[0]?.send(link.index, frame) ?? null;
  };
  /** An answer is addressed to us alone: it shows that we are heard as well. */
  const isAnswer = (bytes: Uint8Array, index: number): boolean => {
    const claim = claimIn(bytes);
    return gateways.some(
      ({ address, link }) =>
        claim?.address === address && link?.index === index && destinationOf(bytes) === link.mac,
    );
  };
  const framesAnswer = (socket: PacketSocket): boolean => {
    let answered = false;
    for (let count = 0; count < answersPerLookMax; count += 1) {
      const frame = socket.receive();
      if (frame === null) break;
      answered ||= isAnswer(frame.bytes, frame.interfaceIndex);
    }
    return answered;
  };
  const echoesAnswer = (socket: EchoSocket): boolean => {
    let answered = false;
    for (let count = 0; count < answersPerLookMax; count += 1) {
      const reply = socket.receive();
      if (reply === null) break;
      answered ||= gateways.some(({ address }) => address === reply.from);
    }
    return answered;
  };
  return {
    aim(next) {
      close();
      gateways = next;
      const near = next.filter(({ link }) => link !== null).map(({ address }) => address);
      const four = near.filter((address) => family(address) === 4);
      try {
        for (const { address } of next) {
          const of = family(address);
          if (!echoes.has(of)) echoes.set(of, openEchoSocket(of));
        }
        if (four.length > 0) listen(etherTypeArp, arpFilter(four));
        if (four.length < near.length) listen(etherTypeIpv6, advertisementFilter);
      } catch (thrown) {
        close();
        throw thrown;
      }
    },
    ask() {
      return gateways.flatMap((gateway) => {
        const far = echoes.get(family(gateway.address))?.send(gateway.address) ?? null;
        const near = byLink(gateway);
        return far === null || near === null ? [] : [`${gateway.address}: ${far}; ${near}`];
      });
    },
    look() {
      // Every socket is emptied: what waits in one must not be taken for a later answer.
      const answers = [...frames.map(framesAnswer), ...[...echoes.values()].map(echoesAnswer)];
      return answers.includes(true);
    },
    close,
  };
}
