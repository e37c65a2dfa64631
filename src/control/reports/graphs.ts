/** Graphs of the last hours, as the control interface says them. */

/** What a graph is of: connections and bytes a second, and connections that are open. */
export type GraphName = "connections" | "bytes_in" | "bytes_out" | "active" | "inactive";

export interface GraphLine {
  readonly name: GraphName;
  /** Oldest first; null: nothing was measured, as on a router that is not active. */
  readonly values: readonly (number | null)[];
}

/** Body of `GET /v1/graphs`: the last hours in even steps. */
export interface GraphsReport {
  readonly ok: true;
  /** Null: the whole router. */
  readonly virtual_server: string | null;
  /** When the last step ended. */
  readonly ended: string;
  /** Seconds between two values. */
  readonly step_s: number;
  readonly lines: readonly GraphLine[];
  /** Round trips of the heartbeat, by path; empty for a virtual server. */
  readonly paths: readonly { readonly name: string; readonly rtt_ms: GraphLine["values"] }[];
}
