/** The lab's client as scenarios see it; the work is done in its own thread (client-side.ts). */
import type { ClientOptions, HeldReport } from "./client-side.ts";
import { now } from "./clock.ts";
import type { ClientReport } from "./outage.ts";
import { Resident } from "./resident.ts";

/** Below the kernel's first SYN retransmission, so that a lost SYN counts as a failure. */
const timeoutMs = 900;

export class Client {
  readonly intervalMs: number;
  readonly #resident: Resident;
  #mark = now();

  private constructor(resident: Resident, intervalMs: number) {
    this.intervalMs = intervalMs;
    this.#resident = resident;
  }

  /** Starts opening connections to `address`; every 10 ms unless told otherwise. */
  static async start(
    namespace: string,
    options: Partial<ClientOptions> & Pick<ClientOptions, "address">,
  ): Promise<Client> {
    const complete: ClientOptions = {
      ...{
        port: 80,
        protocol: "tcp",
        intervalMs: 10,
        timeoutMs,
        held: 0,
        holdIntervalMs: 500,
        silenceMaxMs: 4000,
      },
      ...options,
    };
    return new Client(
      await Resident.start(namespace, "client-side.ts", complete),
      complete.intervalMs,
    );
  }

  /** Begins a new chapter: the next `report` counts from here. */
  mark(): void {
    this.#mark = now();
  }

  /** Of the tries since the last mark; waits until each of them is answered or timed out. */
  async report(): Promise<ClientReport> {
    return this.#resident.ask({ kind: "report", from: this.#mark, until: now() });
  }

  /** How many tries of the last `spanMs` were served; 0 as soon as one of them failed or hangs. */
  served(spanMs: number): Promise<number> {
    return this.#resident.ask({ kind: "served", spanMs });
  }

  held(): Promise<HeldReport> {
    return this.#resident.ask({ kind: "held" });
  }

  /** No further tries; held connections stay. */
  stop(): Promise<boolean> {
    return this.#resident.ask({ kind: "stop" });
  }

  kill(): Promise<void> {
    return this.#resident.kill();
  }
}
