/**
 * How one try ended, in the words of the runners. Whatever a real server sends ends here as a
 * reason of a closed list and a printable, bounded text.
 */

import { getSystemErrorMessage, getSystemErrorName } from "node:util";
import { printableLine } from "../check/excerpt.ts";
import type { FailureReason } from "../check/reason.ts";
import { messageOf } from "../model/error.ts";
import { type Ms, printDuration } from "../model/time.ts";
import type { RunCommand } from "./program/unprivileged.ts";
import type { Transcript } from "./transcript.ts";

export { type FailureReason, failureReasons } from "../check/reason.ts";

export type CheckResult =
  | Passed
  | { readonly kind: "failed"; readonly reason: FailureReason; readonly why: string };
export interface Passed {
  readonly kind: "passed";
  /** The weight that the check gives the real server; left out: none. */
  readonly weight?: number;
  /** The digest of what was answered, where that is compared. */
  readonly content?: string;
  /** Whole days until the server's certificate ends, where that is to be warned of. */
  readonly certificateDays?: number;
}
export type Failed = Extract<CheckResult, { kind: "failed" }>;

/** One line in `lvsd status` and in the log, next to names and addresses. */
export const reasonCharactersMax = 160;

/** The one limit over everything that a try does. */
export interface Deadline {
  readonly signal: AbortSignal;
  readonly timeout: Ms;
  /** What runs commands; absent: they are children of this process. */
  readonly run?: RunCommand;
  /** What is said and heard goes here; absent: nowhere. */
  readonly transcript?: Transcript;
  /** Gets what no text may show that comes of the try. */
  readonly secrets?: string[];
}

export const passed: CheckResult = { kind: "passed" };

export const failed = (reason: FailureReason, why: string): Failed => ({
  kind: "failed",
  reason,
  why: printableLine(why, reasonCharactersMax),
});

/** The deadline passed before there was `what`. */
export const late = (what: string, deadline: Deadline): Failed =>
  failed("timeout", `no ${what} within ${printDuration(deadline.timeout)}`);

/** errno(3) names of what this machine lacks; the real server is not to blame. */
const localCodes: ReadonlySet<string> = new Set([
  "EMFILE",
  "ENFILE",
  "ENOMEM",
  "ENOBUFS",
  "EAGAIN",
  // The kernel's bound on what epoll(7) watches.
  "ENOSPC",
  "EADDRNOTAVAIL",
  // What this machine's own packet filter drops.
  "EPERM",
]);

/** Words for the errors that operators meet every day. */
const codeWords: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset",
  EPIPE: "connection closed",
  EHOSTUNREACH: "no route to host",
  ENETUNREACH: "network is unreachable",
  ETIMEDOUT: "connection timed out",
  EPERM: "this machine's packet filter refuses it",
  EADDRNOTAVAIL: "no port or address of this machine is free",
};

/** The `code` of a Node or library error, or an empty text. */
export const codeOf = (thrown: unknown): string =>
  thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";

/** The failure that an error stands for; `reason` is used unless this machine is to blame. */
export function failedBy(thrown: unknown, reason: FailureReason): Failed {
  const code = codeOf(thrown);
  return failed(localCodes.has(code) ? "local" : reason, codeWords[code] ?? messageOf(thrown));
}

/** The same for an error of the kernel, by its number. */
export function failedByNumber(error: number, reason: FailureReason): Failed {
  const code = getSystemErrorName(-error);
  const why = codeWords[code] ?? getSystemErrorMessage(-error);
  return failed(localCodes.has(code) ? "local" : reason, why);
}
