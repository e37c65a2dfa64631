/**
 * Why some cells of the coverage are reached by no run. Each is a fact about the machine or its
 * engine; a run that reaches the cell disproves it and fails the test.
 */
import { type Cell, cells } from "./coverage.ts";

const reasons: readonly { readonly cells: RegExp; readonly why: string }[] = [
  {
    cells: /^starting: announced$/,
    why: "a claim that has ended well ends the start; what it announces comes after",
  },
  {
    cells: /^starting: (fenced|fence-failed)$/,
    why: "nobody fences before he has waited and is ready, which ends the start",
  },
  {
    cells: /^(starting|standby|fault): (kept|keep-failed)$/,
    why: "an active router is asked to keep, and stays active until that has ended",
  },
  {
    cells: /: heard-word$/,
    why: "these pairs speak lvsd's own protocol; pulse/ has the pairs that speak pulse",
  },
  {
    cells: /^(none|held|releasing|stuck): claim /,
    why: "a claim ends while the hold is claiming: claimed and claimFailed assert it",
  },
  {
    cells: /^(none|claiming|held|stuck): release /,
    why: "a release ends while the hold is releasing: released and releaseFailed assert it",
  },
  {
    cells: /^(none|claiming|releasing|stuck): keep /,
    why: "who holds is asked to keep, and lets go only when that has ended: vip-hold.ts, release",
  },
];

/** The reason for each cell that needs one. */
export const unreached: ReadonlyMap<Cell, string> = new Map(
  reasons.flatMap((reason) =>
    cells.filter((cell) => reason.cells.test(cell)).map((cell) => [cell, reason.why] as const),
  ),
);
