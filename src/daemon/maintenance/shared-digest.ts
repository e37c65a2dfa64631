/** What a heartbeat carries for the parts that share what they know: orders, then health. */
import type { Message } from "../../heartbeat/message.ts";
import { digestBytesMax } from "../../heartbeat/wire.ts";
import type { Replication } from "../health/replication.ts";
import type { MaintenancePart } from "./maintenance-part.ts";

export class SharedDigest {
  readonly #orders: Pick<MaintenancePart, "section" | "heard">;
  readonly #health: Pick<Replication, "digest" | "heard">;

  constructor(
    orders: Pick<MaintenancePart, "section" | "heard">,
    health: Pick<Replication, "digest" | "heard">,
  ) {
    this.#orders = orders;
    this.#health = health;
  }

  /** The digest of the next heartbeat, at most `digestBytesMax` bytes. */
  digest(): Uint8Array {
    const section = this.#orders.section();
    const slice = this.#health.digest(digestBytesMax - section.length);
    return section.length === 0 ? slice : Buffer.concat([section, slice]);
  }

  /** A message of the peer that counts, whatever state it is in. */
  heard(message: Message): void {
    this.#health.heard({ ...message, digest: this.#orders.heard(message.digest) });
  }
}
