/**
 * A configuration stored by both routers or by none, as a pure step. The router that was asked
 * leads: it has the peer judge (prepare), stores its own file, then has the peer store (commit).
 *
 * Invariant: nothing is stored anywhere before both have judged it good. Whatever is lost after
 * that leaves the leader with the new file and the peer's present one in its history, which is
 * what `mayCatchUp` mends when they hear each other again.
 */
import type { Problem } from "../../keys/problem.ts";
import { bounded, problemElsewhere } from "../../keys/problem.ts";

/** Why a configuration is not stored; `fault` as in the control interface. */
export interface ConfigRefusal {
  readonly fault: "text" | "now";
  readonly problems: readonly Problem[];
}

/** Where the peer stands: `none` has no share in it, `away` catches up when it returns. */
export type PeerShare = "none" | "away" | "stored" | "unsure";

export type SaveOutcome =
  | { readonly kind: "stored"; readonly peer: PeerShare }
  | ({ readonly kind: "refused" } & ConfigRefusal);

/** What the leader does next; each act but `end` is answered by an input. */
export type Act =
  | { readonly kind: "ask" }
  | { readonly kind: "store" }
  | { readonly kind: "commit" }
  | { readonly kind: "undo"; readonly outcome: SaveOutcome }
  | { readonly kind: "end"; readonly outcome: SaveOutcome };

/** `lost`: no answer came, so the peer may or may not have done it. */
export type Heard =
  | { readonly kind: "good" }
  | ({ readonly kind: "bad" } & ConfigRefusal)
  | { readonly kind: "lost"; readonly why: string };

export interface Saving {
  /** What this router itself found; null: nothing is wrong. */
  readonly own: ConfigRefusal | null;
  readonly peer: "none" | "away" | "alive";
  readonly act: Act;
}

const end = (saving: Saving, outcome: SaveOutcome): Saving => ({
  ...saving,
  act: { kind: "end", outcome },
});

const refused = (...verdicts: readonly (ConfigRefusal | null)[]): SaveOutcome => {
  const given = verdicts.filter((verdict) => verdict !== null);
  const fault = given.some((verdict) => verdict.fault === "text") ? "text" : "now";
  return {
    kind: "refused",
    fault,
    problems: bounded(given.flatMap((verdict) => verdict.problems)),
  };
};

/** The first act. A peer that lives is asked even where our own verdict is bad: all problems. */
export function beginSaving(own: ConfigRefusal | null, peer: Saving["peer"]): Saving {
  const saving: Saving = { own, peer, act: { kind: "ask" } };
  if (peer === "alive") return saving;
  if (own !== null) return end(saving, refused(own));
  return { ...saving, act: { kind: "store" } };
}

/** The act after this answer to the present one. */
export function nextSaving(saving: Saving, heard: Heard): Saving {
  const { act, own } = saving;
  switch (act.kind) {
    case "ask":
      if (heard.kind === "lost") return end(saving, refused(own, unreached(heard.why)));
      if (heard.kind === "bad" || own !== null)
        return end(saving, refused(own, heard.kind === "bad" ? heard : null));
      return { ...saving, act: { kind: "store" } };
    case "store":
      if (heard.kind !== "good") return end(saving, refused(verdictOf(heard)));
      if (saving.peer !== "alive") return end(saving, { kind: "stored", peer: saving.peer });
      return { ...saving, act: { kind: "commit" } };
    case "commit":
      if (heard.kind === "good") return end(saving, { kind: "stored", peer: "stored" });
      // It may have stored it: to undo ours could leave the two apart for ever.
      if (heard.kind === "lost") return end(saving, { kind: "stored", peer: "unsure" });
      return { ...saving, act: { kind: "undo", outcome: refused(heard) } };
    case "undo":
      return end(saving, act.outcome);
    case "end":
      return saving;
    default:
      return act satisfies never;
  }
}

const verdictOf = (heard: Exclude<Heard, { kind: "good" }>): ConfigRefusal =>
  heard.kind === "bad" ? heard : { fault: "now", problems: [problemElsewhere(heard.why)] };

const unreached = (why: string): ConfigRefusal => ({
  fault: "now",
  problems: [
    problemElsewhere(
      `the peer is alive, but its configuration channel does not answer: ${why}`,
      "let TCP on the heartbeat's port pass, or set cluster_sync: false on both",
    ),
  ],
});

/** Of a text that the leader refuses itself: the peer judges it for its problems alone. */
export const noHash = "0".repeat(64);

/** What the leader asks the peer to store. */
export interface Preparation {
  readonly text: string;
  readonly serial: number;
  readonly hash: string;
  /** Hashes that may be replaced: the leader's present one and its history; null: any. */
  readonly replaces: readonly string[] | null;
  /** Passes the guard against removing many real servers. */
  readonly force: boolean;
}

/** What a router has that is asked to store another's configuration. */
export interface Present {
  readonly serial: number;
  readonly hash: string;
  /** The file on disk is not the one that was loaded. */
  readonly edited: boolean;
  /** It is saving or storing one already. */
  readonly busy: boolean;
}

/** Whether the peer already has what it is asked to store: the answer to a repeated question. */
export const alreadyHas = (present: Present, { hash }: Preparation): boolean =>
  present.hash === hash && !present.edited;

/** Why a router may not replace what it has; null when it may. */
export function mayNotReplace(present: Present, asked: Preparation): ConfigRefusal | null {
  const { replaces, serial } = asked;
  const no = (message: string, hint: string): ConfigRefusal => ({
    fault: "now",
    problems: [problemElsewhere(message, hint)],
  });
  if (present.busy) return no("a configuration is being saved there", "try again in a moment");
  if (replaces === null || alreadyHas(present, asked)) return null;
  const push = "lvsd sync on the router with the right file pushes it";
  if (present.edited) return no("the file there was edited and is not loaded", push);
  if (!replaces.includes(present.hash))
    return no(`serial ${present.serial} there was edited by hand: it is not overwritten`, push);
  if (serial <= present.serial)
    return no(`serial ${present.serial} there is not older than serial ${serial}`, push);
  return null;
}
