/**
 * The tripwires of all real servers that have one: a connection for each endpoint, however many
 * virtual servers it stands in. When one is opened and what its end means is health/signs/tripwire.ts's
 * business. Connections are opened few at a time; each costs one descriptor, and the configuration
 * bounds how many there are (config/lifecycle/rules.ts).
 */
import pLimit from "p-limit";
import { type Config, triedChecks, type VirtualServer } from "../../config/config.ts";
import { type RealServerKey, realServerKey } from "../../health/health.ts";
import {
  startWire,
  stepWire,
  type Wire,
  type WireAct,
  type WireInput,
  wireWakeAt,
} from "../../health/signs/tripwire.ts";
import { type IpAddress, printEndpoint } from "../../model/address.ts";
import type { EventBody } from "../../model/event.ts";
import type { Instant } from "../../model/time.ts";
import type {
  HoldConnection,
  IdleConnection,
} from "../../system/net/real-servers/idle-connection.ts";
import type { Alarm } from "../../system/process/clock.ts";
import { Agenda, type Appointment } from "../agenda.ts";
import type { Hurried } from "../health/probe.ts";

export interface TripwiresParts {
  readonly now: () => Instant;
  readonly openAlarm: (wake: () => void) => Alarm;
  readonly hold: HoldConnection;
  /** Whether this real server has traffic now, and is checked from here. */
  readonly serves: (key: RealServerKey) => boolean;
  readonly hurry: (key: RealServerKey) => Promise<Hurried>;
  readonly report: (event: EventBody) => void;
}

export type TripwireState = "held" | "opening" | "resting" | "off";

interface Strung {
  readonly address: IpAddress;
  readonly port: number;
  /** Who has it. */
  keys: readonly RealServerKey[];
  wire: Wire;
  connection: IdleConnection | null;
  wake: Appointment | null;
}

/** Connections that are being opened at a time: a switch that returns has all of them at once. */
const openingMax = 32;

export class Tripwires {
  readonly #parts: TripwiresParts;
  readonly #agenda: Agenda;
  readonly #limit = pLimit(openingMax);
  #strung = new Map<string, Strung>();
  #byKey = new Map<RealServerKey, Strung>();
  #stopped = false;

  constructor(parts: TripwiresParts) {
    this.#parts = parts;
    this.#agenda = new Agenda(parts.now, parts.openAlarm);
  }

  /** Takes over a configuration; what has its endpoint already keeps its connection. */
  configure({ virtualServers }: Config): void {
    const before = this.#strung;
    this.#strung = new Map();
    this.#byKey = new Map();
    for (const virtualServer of virtualServers)
      for (const realServer of strings(virtualServer) ? virtualServer.realServers : []) {
        const { address, port, check, name } = realServer;
        if (port === 0 || triedChecks(check).length === 0) continue;
        const endpoint = printEndpoint(address, port);
        const known = this.#strung.get(endpoint);
        const strung = known ?? before.get(endpoint) ?? newly(address, port);
        const key = realServerKey(virtualServer.name, name);
        strung.keys = known === undefined ? [key] : [...strung.keys, key];
        this.#strung.set(endpoint, strung);
        this.#byKey.set(key, strung);
      }
    for (const [endpoint, strung] of before)
      if (!this.#strung.has(endpoint)) {
        strung.keys = [];
        this.#input(strung, { kind: "want", wanted: false });
      }
    this.lookAtAll();
  }

  /** This real server may have got or lost its traffic. */
  look(key: RealServerKey): void {
    const strung = this.#byKey.get(key);
    if (strung === undefined) return;
    const wanted = !this.#stopped && strung.keys.some((each) => this.#parts.serves(each));
    this.#input(strung, { kind: "want", wanted });
  }

  lookAtAll(): void {
    for (const key of this.#byKey.keys()) this.look(key);
  }

  /** Null: it has none. */
  state(key: RealServerKey): TripwireState | null {
    const wire = this.#byKey.get(key)?.wire;
    if (wire === undefined) return null;
    if (!wire.wanted) return "off";
    const { at } = wire.state;
    return at === "held" || at === "opening" ? at : "resting";
  }

  /** Closes every connection. */
  stop(): void {
    this.#stopped = true;
    this.lookAtAll();
    this.#limit.clearQueue();
    this.#agenda.close();
  }

  #input(strung: Strung, input: WireInput): void {
    const { wire, acts } = stepWire(strung.wire, input, this.#parts.now());
    strung.wire = wire;
    for (const act of acts) this.#act(strung, act);
    this.#setWake(strung);
  }

  #act(strung: Strung, act: WireAct): void {
    const { report } = this.#parts;
    const [real_server = ""] = strung.keys;
    if (act.act === "check" || act.act === "learnt") {
      strung.connection = null;
      const kind = act.act === "check" ? "tripwire" : "habit";
      report({ event: "check", kind, real_server, text: act.text });
      if (act.act === "check") void this.#ask(strung);
      return;
    }
    if (act.act !== "open") {
      strung.connection?.close();
      strung.connection = null;
    }
    if (act.act !== "close") this.#open(strung);
  }

  #open(strung: Strung): void {
    const { address, port } = strung;
    void this.#limit(
      () =>
        new Promise<void>((opened) => {
          const isWaiting = (): boolean =>
            strung.wire.state.at === "opening" && strung.connection === null;
          if (this.#stopped || !isWaiting()) return opened();
          const connection = this.#parts.hold(
            { address, port },
            {
              held: () => {
                opened();
                this.#input(strung, { kind: "held" });
              },
              ended: (end) => {
                opened();
                if (strung.connection === connection) strung.connection = null;
                this.#input(strung, { kind: "ended", end });
              },
              closed: opened,
            },
          );
          strung.connection = connection;
        }),
    );
  }

  /** The checks of everybody who has this endpoint. */
  async #ask(strung: Strung): Promise<void> {
    const results = await Promise.all(strung.keys.map((key) => this.#parts.hurry(key)));
    const failed = results.includes("failed");
    const passed = failed ? false : results.includes("passed") ? true : null;
    this.#input(strung, { kind: "checked", passed });
  }

  #setWake(strung: Strung): void {
    const when = wireWakeAt(strung.wire);
    if (strung.wake?.at === when) return;
    strung.wake?.cancel();
    const act = (): void => {
      strung.wake = null;
      this.#input(strung, { kind: "wake" });
    };
    strung.wake = when === null ? null : this.#agenda.at(when, act);
  }
}

const newly = (address: IpAddress, port: number): Strung => ({
  address,
  port,
  keys: [],
  wire: startWire(),
  connection: null,
  wake: null,
});

/** `defaults` may say it of a virtual server of UDP as well, where it means nothing. */
const strings = ({ tripwire, protocol }: VirtualServer): boolean => tripwire && protocol === "tcp";
