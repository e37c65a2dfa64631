/**
 * What the own tries of a router that believes its peer say of its way to a real server. The peer's
 * word decides over traffic; this only finds out what would be lost if this router took over.
 *
 * Pure; daemon/paths/own-paths.ts makes the tries.
 */
import { type Ms, seconds } from "../../model/time.ts";

export interface OwnPath {
  /** `unreached`: the peer reaches it, and this router has not, by two tries in a row. */
  readonly standing: "unknown" | "reached" | "unreached";
  /** Failed tries in a row while the peer says that it is up. */
  readonly misses: number;
  /** Why the last of them failed. */
  readonly why: string;
}

export type OwnTry =
  | { readonly kind: "passed" }
  | { readonly kind: "failed"; readonly why: string }
  /** It says nothing of the way: this machine's trouble, or an end before its time. */
  | { readonly kind: "void" };

export const untriedPath: OwnPath = { standing: "unknown", misses: 0, why: "" };

/** So often each real server is tried: a thirtieth of what the checks cost by default. */
export const pathEvery = seconds(60);
/** Checks that are rarer than a tenth of it have a longer turn. */
const intervalsMin = 10;
/** A failed try is repeated once, so that a lost packet is no event. */
export const repeatAfter = seconds(5);

/** How often a check of this interval is tried from a router that does not check. */
export const everyFor = (interval: Ms): Ms => Math.max(pathEvery, intervalsMin * interval) as Ms;

/** The path after a try; `peerSaysUp`: the active router reaches the real server. */
export function afterTry(path: OwnPath, tried: OwnTry, peerSaysUp: boolean): OwnPath {
  if (tried.kind === "void") return path;
  if (tried.kind === "passed") return { standing: "reached", misses: 0, why: "" };
  // Nobody reaches it: that is no matter of this router's way.
  if (!peerSaysUp) return untriedPath;
  const misses = path.misses + 1;
  const standing = misses >= 2 ? "unreached" : path.standing;
  return { standing, misses, why: tried.why };
}

/** Whether the next try is to come soon. */
export const isDoubtful = ({ standing, misses }: OwnPath): boolean =>
  misses > 0 && standing !== "unreached";
