/**
 * The kernel's connection synchronisation daemons in ipvsadm's words (ipvsadm(8): --start-daemon,
 * --stop-daemon, -L --daemon), as ipvsadm 1.31 prints and takes them.
 *
 * A `master` sends the peer this router's connections, a `backup` takes in what the peer sends.
 * A network namespace has at most one of each.
 */
import { parseAddress } from "../model/address.ts";
import { type Refused, refuse } from "../model/error.ts";
import { type SyncTarget, usualSyncTarget } from "../model/sync-target.ts";

export const syncDaemonKinds = ["master", "backup"] as const;
export type SyncDaemonKind = (typeof syncDaemonKinds)[number];

export interface SyncDaemon extends SyncTarget {
  readonly kind: SyncDaemonKind;
  readonly device: string;
  /** 0 to 255. A backup with 0 takes in what any master says. */
  readonly id: number;
  /** Bytes of one datagram at most, as the kernel counts them; null: the kernel's default. */
  readonly datagramBytes: number | null;
}

/** More than the two that a kernel has is no list of daemons. */
const linesMax = 16;

/** Reads `ipvsadm -L --daemon`; empty text is no daemon. */
export function parseSyncDaemons(text: string): readonly SyncDaemon[] | Refused<"garbled"> {
  const daemons: SyncDaemon[] = [];
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  if (lines.length > linesMax) return refuse("garbled", `${lines.length} lines`);
  for (const line of lines) {
    const match = /^(master|backup) sync daemon \(mcast=([^,]+), syncid=(\d+)(?:, (.*))?\)$/.exec(
      line.trim(),
    );
    const [, kind, device, id, rest = ""] = match ?? [];
    if ((kind !== "master" && kind !== "backup") || device === undefined)
      return refuse("garbled", line.slice(0, 200));
    const said = new Map(
      rest.split(", ").map((word): [name: string, value: string] => {
        const [name = "", value = ""] = word.split("=");
        return [name, value];
      }),
    );
    const number = (name: string): number | null => {
      const value = said.get(name);
      return value === undefined ? null : Number(value);
    };
    const usual = usualSyncTarget;
    const group = said.has("group") ? parseAddress(said.get("group") ?? "") : usual.group;
    if (group === null) return refuse("garbled", line.slice(0, 200));
    daemons.push({
      kind,
      device,
      id: Number(id),
      datagramBytes: number("maxlen"),
      group,
      port: number("port") ?? usual.port,
      ttl: number("ttl") ?? usual.ttl,
    });
  }
  return daemons;
}

/** The arguments that start this daemon; what is usual is left to the kernel. */
export function startWords(daemon: SyncDaemon): readonly string[] {
  const { kind, device, id, datagramBytes, group, port, ttl } = daemon;
  const words = ["--start-daemon", kind, "--mcast-interface", device, "--syncid", String(id)];
  if (datagramBytes !== null) words.push("--sync-maxlen", String(datagramBytes));
  if (group !== usualSyncTarget.group) words.push("--mcast-group", group);
  if (port !== usualSyncTarget.port) words.push("--mcast-port", String(port));
  if (ttl !== usualSyncTarget.ttl) words.push("--mcast-ttl", String(ttl));
  return words;
}

export const stopWords = (kind: SyncDaemonKind): readonly string[] => ["--stop-daemon", kind];

/** Whether `found` does what is asked for; what is left to the kernel may be anything. */
export const sameSyncDaemon = (found: SyncDaemon, wanted: SyncDaemon): boolean =>
  (["kind", "device", "id", "group", "port", "ttl"] as const).every(
    (field) => found[field] === wanted[field],
  ) &&
  (wanted.datagramBytes === null || found.datagramBytes === wanted.datagramBytes);
