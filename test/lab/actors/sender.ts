/** Sends datagrams from a machine's network: forged, spoiled, recorded ones. */
import { Resident } from "../machine/resident.ts";

export class Sender {
  readonly #resident: Resident;

  private constructor(resident: Resident) {
    this.#resident = resident;
  }

  static async start(namespace: string): Promise<Sender> {
    return new Sender(
      await Resident.start(namespace, new URL("./sender-side.ts", import.meta.url), {}),
    );
  }

  /** Sends all payloads to the heartbeat's port of `address`. */
  async send(address: string, payloads: readonly Uint8Array[]): Promise<void> {
    await this.#resident.ask({ address, payloads });
  }

  kill(): Promise<void> {
    return this.#resident.kill();
  }
}
