/**
 * What starts checks before their time, as a part of the daemon: signs that a real server is gone
 * which cost less than to check it more often. A sign never judges; it asks for tries.
 */
import { bfdSessions } from "../../checks/bfd/bfd-sessions.ts";
import type { Router } from "../../failover/router.ts";
import type { RealServerKey } from "../../health/health.ts";
import { holdConnection } from "../../system/net/real-servers/idle-connection.ts";
import type { Running } from "../config/running.ts";
import type { Nannies } from "../health/nannies.ts";
import type { Ending, Part, PartContext } from "../part.ts";
import type { Memory } from "../restart/restart-state.ts";
import { BfdWatch } from "./bfd-watch.ts";
import { HandshakeWatch } from "./handshake-watch.ts";
import { type TripwireState, Tripwires } from "./tripwires.ts";

export class EvidencePart implements Part {
  readonly #nannies: Pick<Nannies, "nanny" | "checking" | "hurry">;
  readonly #tripwires: Tripwires;
  readonly #handshakes: HandshakeWatch;
  readonly #bfd: BfdWatch;
  #active = false;

  constructor({ doors }: PartContext, nannies: Pick<Nannies, "nanny" | "checking" | "hurry">) {
    this.#nannies = nannies;
    const { now, openAlarm, report, readConnections } = doors;
    const asked = {
      now,
      report,
      serves: (key: RealServerKey) => this.#serves(key),
      hurry: (key: RealServerKey) => nannies.hurry(key),
    };
    this.#tripwires = new Tripwires({ ...asked, openAlarm, hold: holdConnection });
    this.#bfd = new BfdWatch({ ...asked, sessions: bfdSessions });
    const active = (): boolean => this.#active && nannies.checking;
    this.#handshakes = new HandshakeWatch({ ...asked, readConnections, active });
  }

  recall({ bfd }: Memory): void {
    bfdSessions.recall(bfd);
  }

  configure({ config }: Running): void {
    this.#bfd.configure(config);
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

  remember(): Pick<Memory, "bfd"> {
    return { bfd: bfdSessions.leave() };
  }

  close(ending: Ending): void {
    bfdSessions.close(ending === "stop");
    this.#tripwires.stop();
    this.#handshakes.stop();
  }

  #serves(key: RealServerKey): boolean {
    if (!this.#nannies.checking) return false;
    const health = this.#nannies.nanny(key)?.health;
    return health?.state === "up" && (health.tableWeight ?? 0) > 0;
  }
}
