/** What `GET /v1/status` says of a load monitor. */

export interface LoadStatus {
  readonly monitor: string;
  /** The load that was read last, divided by `divide_by`; null: none, or an agent gives weights. */
  readonly value: number | null;
  /** What the weight is multiplied by. */
  readonly factor: number;
  /** Why there is no answer at present; null: there is, or the active router asks. */
  readonly last_error: string | null;
}
