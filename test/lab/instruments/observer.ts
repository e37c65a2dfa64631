/** Who answers ARP for the VIP over time: the proof that one machine does (observer-side.ts). */

import type { Network } from "../machine/network.ts";
import { Resident } from "../machine/resident.ts";
import { addressesOf } from "../machine/topology.ts";
import { now } from "./clock.ts";
import type { Round } from "./observer-side.ts";

/** A stretch of time in which the same machines answered. */
export interface Stretch {
  readonly from: number;
  readonly until: number;
  readonly machines: readonly string[];
}

/** Between two questions. */
const intervalMs = 20;

export class Observer {
  readonly #resident: Resident;
  readonly #network: Network;

  private constructor(resident: Resident, network: Network) {
    this.#resident = resident;
    this.#network = network;
  }

  static async start(network: Network): Promise<Observer> {
    const { vip, observer } = addressesOf(network.topology);
    const { mac, device } = network.link("observer", "public");
    const options = { address: vip, own: observer, ownMac: mac, device, intervalMs };
    return new Observer(
      await Resident.start("observer", new URL("./observer-side.ts", import.meta.url), options),
      network,
    );
  }

  /** The stretches since `from`; rounds that nobody answered count as their own machines: none. */
  async stretches(from: number): Promise<Stretch[]> {
    const rounds = await this.#resident.ask<Round[]>({ kind: "rounds", from });
    const found: Stretch[] = [];
    // The last round may still be unanswered.
    for (const round of rounds.slice(0, -1)) {
      const machines = round.answered.map((mac) => this.#network.ownerOf(mac)).sort();
      const last = found.at(-1);
      if (last !== undefined && last.machines.join() === machines.join())
        found[found.length - 1] = { ...last, until: round.at + intervalMs };
      else found.push({ from: round.at, until: round.at + intervalMs, machines });
    }
    return found;
  }

  /** Who answers at present, over the last few rounds. */
  async holders(): Promise<readonly string[]> {
    const stretches = await this.stretches(now() - 200);
    return [...new Set(stretches.flatMap((stretch) => stretch.machines))].sort();
  }

  /** The longest time since `from`, in ms, in which two or more machines answered. */
  async doubled(from: number): Promise<number> {
    const stretches = await this.stretches(from);
    return stretches
      .filter((stretch) => stretch.machines.length > 1)
      .reduce((longest, { from: start, until }) => Math.max(longest, until - start), 0);
  }

  /**
   * ms from `from` until the first answer of the machine that answers now, after which no other
   * machine has answered any more. Infinite while several answer. A question that nobody answered
   * is no other machine: frames get lost.
   */
  async settled(from: number): Promise<number> {
    const answered = (await this.stretches(from)).filter((each) => each.machines.length > 0);
    const holder = answered.at(-1)?.machines.join();
    const others = answered.findLastIndex((each) => each.machines.join() !== holder);
    const first = answered[others + 1];
    if (first === undefined || first.machines.length !== 1) return Number.POSITIVE_INFINITY;
    return first.from - from;
  }

  kill(): Promise<void> {
    return this.#resident.kill();
  }
}
