/**
 * The configurations that were replaced, as a list: names of their files, what is kept, and what
 * the list allows between two routers. Knows no disk; the files are the daemon's.
 *
 * Invariant: a configuration is replaced on another router only where that router's present one
 * is known to be an older one of ours, never where somebody wrote it by hand.
 */

/** One replaced configuration. Newest first wherever several stand together. */
export interface PastConfig {
  /** Counts up with every replacement on this router; orders what a clock might not. */
  readonly number: number;
  readonly serial: number;
  /** As `Config.hash`. */
  readonly hash: string;
  /** When it was replaced, ISO 8601 in UTC. */
  readonly at: string;
}

/** The contract's ten: a week of daily changes, and less than 40 MiB of the largest files. */
export const pastMax = 10;

/** The file's name says everything about it, so that its content is the plain configuration. */
export const fileNameOf = ({ number, serial, hash, at }: PastConfig): string =>
  `${String(number).padStart(8, "0")}_${at.replaceAll(":", "")}_serial-${serial}_${hash}.yaml`;

const fileName =
  /^(\d{8,})_(\d{4}-\d\d-\d\dT)(\d\d)(\d\d)(\d\d(?:\.\d+)?Z)_serial-(\d{1,16})_([0-9a-f]{64})\.yaml$/;

/** What a name says; null for a name of another kind, which is left alone. */
export function readFileName(name: string): PastConfig | null {
  const match = fileName.exec(name);
  if (match === null) return null;
  const [, number = "", day = "", hour = "", minute = "", second = "", serial = "", hash = ""] =
    match;
  return {
    number: Number(number),
    serial: Number(serial),
    hash,
    at: `${day}${hour}:${minute}:${second}`,
  };
}

/** The list of a directory's names, newest first. */
export const pastOf = (names: readonly string[]): readonly PastConfig[] =>
  names
    .map(readFileName)
    .filter((past) => past !== null)
    .sort((a, b) => b.number - a.number);

/** The list after `replaced` has joined it, and what falls off its end. */
export function remembered(
  past: readonly PastConfig[],
  replaced: Omit<PastConfig, "number">,
): { readonly past: readonly PastConfig[]; readonly forgotten: readonly PastConfig[] } {
  const number = (past[0]?.number ?? 0) + 1;
  const all = [{ ...replaced, number }, ...past];
  return { past: all.slice(0, pastMax), forgotten: all.slice(pastMax) };
}

/** What two routers compare of a configuration. */
export interface ConfigMark {
  readonly serial: number;
  /** The whole hash, or the beginning of it that a heartbeat carries. */
  readonly hash: string;
}

/**
 * Whether the peer may be given our configuration unasked: what it has is one that was replaced
 * here, and ours is the later one. A file that was written by hand is in no history.
 */
export const mayCatchUp = (
  own: ConfigMark,
  peer: ConfigMark,
  past: readonly PastConfig[],
): boolean =>
  !own.hash.startsWith(peer.hash) &&
  own.serial > peer.serial &&
  past.some((each) => each.hash.startsWith(peer.hash));
