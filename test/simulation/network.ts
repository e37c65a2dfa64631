/** The wires between the two routers: loss, delay, duplication, reordering, cuts by direction. */

import { sealOf } from "../../src/heartbeat/header.ts";
import type { Message } from "../../src/heartbeat/message.ts";
import type { PulseState } from "../../src/heartbeat/pulse.ts";
import { decode, encode } from "../../src/heartbeat/wire.ts";
import { isRefused } from "../../src/model/error.ts";
import { otherRole, type Role } from "../../src/model/router.ts";
import type { World } from "./world.ts";

/** A datagram that somebody has recorded. */
export interface Recording {
  readonly to: Role;
  readonly path: number;
  readonly message: Message;
}

const recordingsMax = 64;
const signed = sealOf([new Uint8Array(32).fill(7)]);
const unsigned = sealOf([]);

export class Network {
  /** Cuts by path and sending role, counted, since they overlap: `0primary`. */
  private readonly cuts = new Map<string, number>();
  readonly recordings: Recording[] = [];
  /** Nothing is lost at random any more. */
  healed = false;
  /** Counts the reasons for which messages arrive as headers of another version. */
  otherVersions = 0;
  extraLoss = 0;
  extraDelay = 0;
  private readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  cut(path: number, from: Role, by: 1 | -1): void {
    const wire = `${path}${from}`;
    this.cuts.set(wire, (this.cuts.get(wire) ?? 0) + by);
  }

  isCut(path: number, from: Role): boolean {
    if (this.cuts.size === 0) return false;
    return (this.cuts.get(`${path}${from}`) ?? 0) > 0;
  }

  /** The present share of what is lost. */
  get loss(): number {
    return (this.healed ? 0 : this.world.options.network.loss) + this.extraLoss;
  }

  send(from: Role, message: Message, word: PulseState | null, pathCount: number): void {
    const { random, options } = this.world;
    for (let path = 0; path < pathCount; path++) {
      const sent = this.throughCodec(message, path);
      this.record({ to: otherRole(from), path, message: sent });
      if (this.isCut(path, from) || random.chance(this.loss)) {
        this.world.disturbed();
        continue;
      }
      this.carry(from, path, sent, word);
      if (random.chance(options.network.duplication)) this.carry(from, path, sent, word);
    }
  }

  /** A word of pulse alone. */
  sendWord(from: Role, word: PulseState, pathCount: number): void {
    for (let path = 0; path < pathCount; path++) {
      if (!this.isCut(path, from) && !this.world.random.chance(this.loss))
        this.carry(from, path, null, word);
      else this.world.disturbed();
    }
  }

  private carry(from: Role, path: number, message: Message | null, word: PulseState | null): void {
    const { random, options, agenda, now } = this.world;
    const { delay, jitter } = options.network;
    const length = delay + this.extraDelay + random.between(0, jitter);
    agenda.add(now + length, () => {
      const to = otherRole(from);
      const isOld = message !== null && this.world.isOld(to, path, message);
      if (message !== null) this.world.deliver(to, path, message, true);
      // The word is as old as what it came with, as for the engine (daemon/failover/heartbeat.ts).
      if (word !== null && !isOld) this.world.deliverWord(to, path, word, message === null);
    });
  }

  /** A run that goes through the codec shows that the machine needs nothing that bytes lose. */
  private throughCodec(message: Message, path: number): Message {
    const { codec } = this.world.options;
    if (codec === null) return message;
    const seal = codec === "hmac" ? signed : unsigned;
    const bytes = encode(message, path, seal);
    if (codec === "hmac" && this.world.random.chance(0.05)) this.forge(bytes);
    const decoded = decode(bytes, seal);
    if (isRefused(decoded) || decoded.kind !== "message")
      throw new Error(`our own datagram was refused: ${JSON.stringify(decoded)}`);
    return decoded.message;
  }

  private forge(bytes: Uint8Array): void {
    const { random } = this.world;
    const forged = Uint8Array.from(bytes);
    const place = random.int(0, forged.length - 1);
    forged[place] = (forged[place] ?? 0) ^ (1 << random.int(0, 7));
    if (!isRefused(decode(forged, signed)))
      throw new Error(`a forged datagram was accepted: byte ${place}`);
  }

  private record(recording: Recording): void {
    if (this.recordings.length < recordingsMax) this.recordings.push(recording);
    else this.recordings[this.world.random.int(0, recordingsMax - 1)] = recording;
  }

  /** Somebody plays back what he has recorded, from whatever time. */
  replay(): void {
    if (this.recordings.length === 0) return;
    const { to, path, message } = this.world.random.pick(this.recordings);
    this.world.deliver(to, path, message, false);
  }
}
