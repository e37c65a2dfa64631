/**
 * The kernel's connection synchronisation daemons in ipvsadm's words (ipvsadm(8): --start-daemon,
 * --stop-daemon, -L --daemon), as ipvsadm 1.31 prints and takes them.
 *
 * A `master` sends the peer this router's connections, a `backup` takes in what the peer sends.
 * A network namespace has at most one of each.
 */
import { type Refused, refuse } from "../model/error.ts";

export const syncDaemonKinds = ["master", "backup"] as const;
export type SyncDaemonKind = (typeof syncDaemonKinds)[number];

export interface SyncDaemon {
  readonly kind: SyncDaemonKind;
  readonly device: string;
  /** 0 to 255. A backup with 0 takes in what any master says. */
  readonly id: number;
  /** Bytes of one datagram at most, as the kernel counts them; null: the kernel's default. */
  readonly datagramBytes: number | null;
}

/** A daemon as the kernel has it. */
export interface FoundSyncDaemon extends SyncDaemon {
  /** It speaks to another group, port or distance than usual: the peer's does not hear it. */
  readonly elsewhere: boolean;
}

/** Where daemons speak unless configured otherwise: within the link. */
const usualPlace = "group=224.0.0.81, port=8848, ttl=1";

/** More than the two that a kernel has is no list of daemons. */
const linesMax = 16;

/** Reads `ipvsadm -L --daemon`; empty text is no daemon. */
export function parseSyncDaemons(text: string): readonly FoundSyncDaemon[] | Refused<"garbled"> {
  const daemons: FoundSyncDaemon[] = [];
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  if (lines.length > linesMax) return refuse("garbled", `${lines.length} lines`);
  for (const line of lines) {
    const match = /^(master|backup) sync daemon \(mcast=([^,]+), syncid=(\d+)(?:, (.*))?\)$/.exec(
      line.trim(),
    );
    const [, kind, device, id, rest = ""] = match ?? [];
    if ((kind !== "master" && kind !== "backup") || device === undefined)
      return refuse("garbled", line.slice(0, 200));
    const [, datagram, place = usualPlace] = /^(?:maxlen=(\d+)(?:, )?)?(.*)$/.exec(rest) ?? [];
    daemons.push({
      kind,
      device,
      id: Number(id),
      datagramBytes: datagram === undefined ? null : Number(datagram),
      elsewhere: place !== "" && place !== usualPlace,
    });
  }
  return daemons;
}

/** The arguments that start this daemon. */
export function startWords({ kind, device, id, datagramBytes }: SyncDaemon): readonly string[] {
  const words = ["--start-daemon", kind, "--mcast-interface", device, "--syncid", String(id)];
  if (datagramBytes !== null) words.push("--sync-maxlen", String(datagramBytes));
  return words;
}

export const stopWords = (kind: SyncDaemonKind): readonly string[] => ["--stop-daemon", kind];

/** Whether `found` does what is asked for; what is left to the kernel may be anything. */
export const sameSyncDaemon = (found: FoundSyncDaemon, wanted: SyncDaemon): boolean =>
  !found.elsewhere &&
  found.kind === wanted.kind &&
  found.device === wanted.device &&
  found.id === wanted.id &&
  (wanted.datagramBytes === null || found.datagramBytes === wanted.datagramBytes);
