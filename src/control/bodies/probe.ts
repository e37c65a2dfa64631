/** The answer to `lvsd probe`. */

/** Body of the requests that probe: what each check of each real server came to, once. */
export interface ProbeReport {
  readonly ok: true;
  /** Every real server has passed. */
  readonly passed: boolean;
  readonly servers: readonly ProbedServer[];
}

export interface ProbedServer {
  readonly real_server: string;
  readonly address: string;
  readonly port: number;
  readonly passed: boolean;
  /** In the order of the configuration; empty: it is not checked. */
  readonly tries: readonly {
    readonly type: string;
    /** Where it went. */
    readonly address: string;
    readonly port: number;
    readonly passed: boolean;
    readonly took_ms: number;
    readonly reason: string | null;
    readonly why: string | null;
    /** The conversation, credentials hidden. */
    readonly steps: readonly {
      readonly at_ms: number;
      readonly kind: "note" | "sent" | "heard";
      readonly text: string;
    }[];
  }[];
}
