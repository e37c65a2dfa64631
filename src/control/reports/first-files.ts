/** What a first configuration is made of, as the control interface says it. */

/** Body of `GET /v1/machine`: what a first configuration names. */
export interface MachineReport {
  readonly hostname: string;
  /** Without the loopback device. */
  readonly devices: readonly {
    readonly name: string;
    readonly up: boolean;
    /** With their prefix lengths. */
    readonly addresses: readonly string[];
  }[];
}

/** Body of `POST /v1/first-key`. */
export interface KeyReport {
  readonly ok: true;
  /** What `heartbeat.key_file` is to be. */
  readonly path: string;
  /** Null: it is root's, who made it before. */
  readonly key: string | null;
}
