/**
 * Whose fault it is. The operator's text becomes `Problem[]` (keys/problem.ts); a stranger's
 * bytes become `Refused`; the machine's refusal is a `MachineError`; a bug of ours is an assertion.
 */

/** Bad input as a value: the reason comes from a closed union, is counted, and the first is logged. */
export interface Refused<Reason extends string> {
  readonly refused: Reason;
  /** What was found, for the log; never trusted, bounded in length. */
  readonly detail: string;
}

export const refuse = <Reason extends string>(reason: Reason, detail: string): Refused<Reason> => ({
  refused: reason,
  detail,
});

export const isRefused = <Reason extends string>(value: unknown): value is Refused<Reason> =>
  typeof value === "object" && value !== null && "refused" in value;

/**
 * The machine said no: a program failed or hung, the kernel refused, a file could not be read.
 * Thrown by system/ and checks/ only; the message names the thing, the failure and what it means.
 */
export class MachineError extends Error {
  override readonly name = "MachineError";
}

/** The message of anything that was thrown. */
export const messageOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : String(thrown);

/** What must hold unless there is a bug of ours; the daemon stops then, and systemd restarts it. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`bug: ${message}`);
}
