/**
 * What starts checks before their time, as a part of the daemon: signs that a real server is gone
 * which cost less than to check it more often. A sign never judges; it asks for tries.
 */
import type { Router } from "../../failover/router.ts";
import type { RealServerKey } from "../../health/health.ts";
import { holdConnection } from "../../system/net/real-servers/idle-connection.ts";
import type { Running } from "../config/running.ts";
import type { Nannies } from "../health/nannies.ts";
import type { Part, PartContext } from "../part.ts";
import { HandshakeWatch } from "./handshake-watch.ts";
import { type TripwireState, Tripwires } from "./tripwires.ts";

export class EvidencePart implements Part {
  readonly #nannies: Pick<Nannies, "nanny" | "checking" | "hurry">;
  readonly #tripwires: Tripwires;
  readonly #handshakes: HandshakeWatch;
  #active = false;

  constructor({ doors }: PartContext, nannies: Pick<Nannies, "nanny" | "checking" | "hurry">) {
    this.#nannies = nannies;
    const { now, openAlarm, report, readConnections } = doors;
    const asked = {
      ...{ now, report },
      serves: (key: RealServerKey) => this.#serves(key),
      hurry: (key: RealServerKey) => nannies.hurry(key),
    };
    this.#tripwires = new Tripwires({ ...asked, openAlarm, hold: holdConnection });
    const active = (): boolean => this.#active && nannies.checking;
    this.#handshakes = new HandshakeWatch({ ...asked, readConnections, active });
  }

  configure({ config }: Running): void {
    this.#tripwires.configure(config);
    this.#handshakes.configure(config);
  }

  /** This real server stands otherwise now; null: all of them may. */
  standingChanged(key: RealServerKey | null): void {
    if (key === null) this.#tripwires.lookAtAll();
    else this.#tripwires.look(key);
  }

  /** Null: the real server has none. */
  tripwire(key: RealServerKey): TripwireState | null {
    return this.#tripwires.state(key);
  }

  start(): void {
    this.#handshakes.start();
  }

  stepped({ state }: Router): void {
    this.#active = state === "active";
  }

  close(): void {
    this.#tripwires.stop();
    this.#handshakes.stop();
  }

  #serves(key: RealServerKey): boolean {
    if (!this.#nannies.checking) return false;
    const health = this.#nannies.nanny(key)?.health;
    return health?.state === "up" && (health.tableWeight ?? 0) > 0;
  }
}
