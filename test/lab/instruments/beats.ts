/** The rhythm of a router, to let something befall it at a chosen phase (beats-side.ts). */

import type { Network } from "../machine/network.ts";
import { Resident } from "../machine/resident.ts";
import type { BeatsOptions } from "./beats-side.ts";

export class Beats {
  readonly #resident: Resident;

  private constructor(resident: Resident) {
    this.#resident = resident;
  }

  /** Listens at the switch of the public network to what `machine` says. */
  static async start(network: Network, machine: string): Promise<Beats> {
    const { mac } = network.link(machine, "public");
    const options: BeatsOptions = { bridge: "br-pub", mac };
    return new Beats(
      await Resident.start("lan", new URL("./beats-side.ts", import.meta.url), options),
    );
  }

  /** Resolves `afterMs` after the machine's next beat, to a millisecond or two. */
  async phase(afterMs: number): Promise<void> {
    await this.#resident.ask({ afterMs });
  }

  kill(): Promise<void> {
    return this.#resident.kill();
  }
}
