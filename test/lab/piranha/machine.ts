/**
 * A double of pulse 0.8.6, Piranha's heartbeat daemon, for pairs of virtual servers: no Piranha runs
 * on today's systems. Written from the specification of its wire format and state machine alone; it
 * imports nothing of lvsd, so that both can only agree by following the same rules.
 *
 * Rows are numbered as in the specification's table of states. Everything that takes time in
 * Piranha happens where the actions are performed (test/simulation/pulse/machines.ts).
 */

/** Words on the wire, as 32-bit numbers in the sender's byte order. */
export const words = {
  running: 0xbdaddbda,
  stopped: 0xadbddabd,
  hold: 0xdeafbabe,
  held: 0xdeafdada,
  stopMe: 0xdeaddada,
} as const;

export interface PulseSettings {
  readonly role: "primary" | "backup";
  /** Milliseconds; whole seconds in lvs.cf. */
  readonly keepalive: number;
  readonly deadtime: number;
  readonly byteOrder: "LE" | "BE";
}

/** What pulse does, in order. */
export type PulseAction =
  | { readonly do: "send"; readonly bytes: Buffer }
  | { readonly do: "activate" }
  | { readonly do: "deactivate" }
  /** Aliases up and ARPs once more. */
  | { readonly do: "announce" }
  | { readonly do: "log"; readonly text: string };

export class PulseMachine {
  readonly settings: PulseSettings;
  active = false;
  /** LF and CF of the table: with either, pulse does not become active. */
  linkFailed = false;
  childFailed = false;
  /** Two deadlines: the next heartbeat to send, and the one that is needed. */
  sendAt: number;
  needAt: number;

  constructor(settings: PulseSettings, now: number) {
    this.settings = settings;
    this.sendAt = now + settings.keepalive;
    this.needAt = now + settings.deadtime;
  }

  /** Rows 1 and 2. */
  start(forceActive = false): PulseAction[] {
    const text = this.settings.role === "primary" ? "AS MASTER" : "AS BACKUP";
    const started: PulseAction = { do: "log", text: `STARTING PULSE ${text}` };
    if (!forceActive) return [started];
    return [started, ...this.#activate("Forced active on startup: activating lvs")];
  }

  /** When the loop wakes by itself; ties favour sending. */
  wakeAt(): number {
    return Math.min(this.sendAt, this.needAt);
  }

  /** Rows 12 to 14, and the heartbeat at its time. */
  wake(now: number): PulseAction[] {
    if (now >= this.sendAt) {
      this.sendAt = now + this.settings.keepalive;
      return [this.#beat()];
    }
    if (now < this.needAt) return [];
    this.needAt = now + this.settings.deadtime;
    if (this.active || this.linkFailed || this.childFailed) return [];
    return this.#activate("partner dead: activating lvs");
  }

  /** A datagram from one of the partner's addresses. */
  heard(datagram: Uint8Array, now: number): PulseAction[] {
    if (datagram.length < 4) return [{ do: "log", text: "bad heartbeat packet" }];
    const bytes = Buffer.from(datagram.buffer, datagram.byteOffset, 4);
    const word = this.settings.byteOrder === "LE" ? bytes.readUInt32LE() : bytes.readUInt32BE();
    if (!Object.values<number>(words).includes(word)) {
      const text = "Incompatible heartbeat received -- other system not using identical services";
      return [{ do: "log", text }];
    }
    this.needAt = now + this.settings.deadtime;
    if (word === words.stopped) return this.#heardStopped();
    // Row 10. Row 11 is a defect that no peer provokes; otherwise stop-me counts as running (11a).
    return word === words.hold || word === words.held ? [] : this.#heardRunning();
  }

  /** Rows 3 to 6. */
  #heardStopped(): PulseAction[] {
    if (this.active || this.linkFailed || this.childFailed) return [];
    const partner = this.settings.role === "primary" ? "backup" : "primary";
    return this.#activate(`${partner} inactive: activating lvs`);
  }

  /** Rows 7 to 9. */
  #heardRunning(): PulseAction[] {
    if (!this.active) {
      this.childFailed = false;
      return [];
    }
    if (this.settings.role === "primary")
      return [{ do: "log", text: "partner active: resending arps" }, { do: "announce" }];
    return [this.#beat(), ...this.#deactivate("partner active: deactivating LVS")];
  }

  /** Rows 15 to 17. */
  link(up: boolean): PulseAction[] {
    if (up === !this.linkFailed) return [];
    this.linkFailed = !up;
    if (up) return [{ do: "log", text: "Local NIC link(s) restored: Pulse enabled" }];
    const text = "Local NIC link failure: Pulse disabled";
    const failed: PulseAction = { do: "log", text };
    if (!this.active) return [failed];
    return [failed, ...this.#deactivate("local link failure: deactivating LVS")];
  }

  /** Row 18: lvsd has gone. */
  childDied(): PulseAction[] {
    if (!this.active) return [];
    this.childFailed = true;
    return this.#deactivate("Child process exited with status 1");
  }

  /** Row 20: no farewell. */
  terminate(): PulseAction[] {
    const text = "Terminating due to signal 15";
    return this.active ? this.#deactivate(text) : [{ do: "log", text }];
  }

  #beat(): PulseAction {
    const bytes = Buffer.alloc(4);
    const word = this.active ? words.running : words.stopped;
    if (this.settings.byteOrder === "LE") bytes.writeUInt32LE(word);
    else bytes.writeUInt32BE(word);
    return { do: "send", bytes };
  }

  #activate(text: string): PulseAction[] {
    this.active = true;
    return [{ do: "log", text }, { do: "activate" }];
  }

  #deactivate(text: string): PulseAction[] {
    this.active = false;
    return [{ do: "log", text }, { do: "deactivate" }];
  }
}
