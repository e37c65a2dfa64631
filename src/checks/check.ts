/**
 * One try of a check: the contract between the nannies (daemon/nannies.ts) and the runners.
 *
 * A runner gets one AbortSignal that stands for the deadline over everything (connect, TLS, answer);
 * it never throws and never outlives the signal by more than a poll turn. Whatever a real server
 * answers ends in an Outcome with a bounded reason.
 */
import type { Check } from "../config/config.ts";
import type { Outcome } from "../health/health.ts";
import type { IpAddress } from "../model/address.ts";

export interface Endpoint {
  readonly address: IpAddress;
  readonly port: number;
}

/** Runs one try against `endpoint`; resolves within `check.timeout` or when `signal` aborts. */
export type RunCheck = (check: Check, endpoint: Endpoint, signal: AbortSignal) => Promise<Outcome>;
