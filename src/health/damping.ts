/**
 * Damping: a real server whose checks change their verdict too often is held down for a while, so
 * that its clients are not thrown about. Pure.
 */
import { addMs, between, type Instant, type Ms, ms, printDuration } from "../model/time.ts";

/** So many changes of state within so long hold a real server down for `hold`. */
export interface Damping {
  readonly changes: number;
  readonly within: Ms;
  readonly hold: Ms;
}

/** What is remembered for it. */
export interface Flapping {
  /** When the verdict changed, the oldest first; older ones than `within` are forgotten. */
  readonly changes: readonly Instant[];
  /** Held down until then; null: it is not. */
  readonly heldUntil: Instant | null;
}

export const calm: Flapping = { changes: [], heldUntil: null };

/** After another change of the verdict. Changes during a hold are its own affair. */
export function changed(flapping: Flapping, damping: Damping | "off", now: Instant): Flapping {
  if (damping === "off" || flapping.heldUntil !== null) return flapping;
  const changes = [...flapping.changes.filter((at) => between(at, now) < damping.within), now];
  if (changes.length < damping.changes) return { changes, heldUntil: null };
  return { changes: [], heldUntil: addMs(now, damping.hold) };
}

/** The same without a hold of its own: the active router counts. */
export const noted = (flapping: Flapping, damping: Damping | "off", now: Instant): Flapping =>
  damping === "off"
    ? calm
    : {
        ...flapping,
        changes: [...flapping.changes.filter((at) => between(at, now) < damping.within), now].slice(
          1 - damping.changes,
        ),
      };

/** A hold of which half, or nothing, is over: what the peer says of one. */
export const heldHalfway = ({ hold }: Damping, half: "first" | "second", now: Instant): Instant =>
  addMs(now, half === "first" ? hold : ms(hold / 2));

/** In which half a hold is. */
export const halfOfHold = (
  { hold }: Damping,
  heldUntil: Instant,
  now: Instant,
): "first" | "second" => (between(now, heldUntil) > hold / 2 ? "first" : "second");

export const holdCause = ({ changes, within, hold }: Damping): string =>
  `its state changed ${changes} times within ${printDuration(within)}: held down for ${printDuration(hold)}`;
