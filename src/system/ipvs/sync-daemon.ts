/**
 * The door to the kernel's connection synchronisation daemons: reads, starts, stops. Decides
 * nothing.
 *
 * To start a program holds up the loop for some ms, and these are looked at every few seconds. So
 * what ipvsadm said once counts for as long as the daemons speak through the same sockets: nothing
 * of a daemon can be changed without ending it. Nothing waits for the programs, so they are
 * ordinary ones.
 */
import { readFileSync } from "node:fs";
import {
  parseSyncDaemons,
  type SyncDaemon,
  type SyncDaemonKind,
  startWords,
  stopWords,
} from "../../kernel/sync-text.ts";
import { addressBytes } from "../../model/address.ts";
import { isRefused, MachineError } from "../../model/error.ts";
import { type SyncTarget, usualSyncTarget } from "../../model/sync-target.ts";
import { type Ms, ms } from "../../model/time.ts";
import { runProgram } from "../program/program.ts";

export interface SyncDaemons {
  /**
   * What runs in this network namespace. `target`: where those are expected that are looked at
   * often. Throws MachineError.
   */
  read(target?: SyncTarget): Promise<readonly SyncDaemon[]>;
  /**
   * The kernel refuses a second one of a kind, and a device that is missing or down. Throws
   * MachineError.
   */
  start(daemon: SyncDaemon): Promise<void>;
  /** Throws MachineError, also where none of the kind runs. */
  stop(kind: SyncDaemonKind): Promise<void>;
  /** What has become of the masters' datagrams here; nothing where the kernel does not say. */
  intake(target?: SyncTarget): Intake;
}

/** The socket from which the kernel's backup takes in what masters say. */
export interface Intake {
  /** Whether there is one; false also where the kernel does not say. */
  readonly listening: boolean;
  /** Bytes of memory of the datagrams that wait in it. */
  readonly waiting: number;
  /** Datagrams for which it had no room since the backup began. */
  readonly dropped: number;
}

export interface SyncDaemonsOptions {
  /** Where `ipvsadm` is looked for; default `systemPath`. */
  readonly path?: string | undefined;
  /** Default 5 s. */
  readonly deadline?: Ms;
  /** Default `/proc/net/udp`. */
  readonly socketsFile?: string;
}

/** `510000E0:2290`: group and port as /proc/net/udp prints them on a little-endian machine. */
function inProc({ group, port }: SyncTarget): string {
  const address = Buffer.from(addressBytes(group).toReversed()).toString("hex");
  return `${address}:${port.toString(16).padStart(4, "0")}`.toUpperCase();
}

/** `rx_queue`, in hexadecimal digits, and `drops`, the last field, of the one that listens. */
const listeningAt = (target: SyncTarget): RegExp =>
  new RegExp(`^ *\\d+: ${inProc(target)} \\S+ \\S+ [0-9A-F]+:([0-9A-F]+) .* (\\d+) *$`, "m");

function readSockets(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    // Then ipvsadm is asked each time, and no claim waits.
    return "";
  }
}

/** The sockets to or from the group, each with its own number (proc(5)); empty: there are none. */
function socketsIn(file: string, target: SyncTarget): string {
  const groupInProc = inProc(target);
  return readSockets(file)
    .split("\n")
    .filter((line) => line.includes(groupInProc))
    .map((line) => {
      const [, local, remote, , , , , , , inode] = line.trim().split(/\s+/);
      return `${local} ${remote} ${inode}`;
    })
    .join("\n");
}

export function openSyncDaemons({
  path,
  deadline = ms(5000),
  socketsFile = "/proc/net/udp",
}: SyncDaemonsOptions = {}): SyncDaemons {
  let known: { readonly daemons: readonly SyncDaemon[]; readonly sockets: string } | null = null;
  const ipvsadm = (args: readonly string[]) =>
    runProgram({ file: "ipvsadm", args, deadline, path, unhurried: true });
  return {
    async read(target = usualSyncTarget) {
      const sockets = socketsIn(socketsFile, target);
      if (known !== null && sockets !== "" && sockets === known.sockets) return known.daemons;
      known = null;
      const { stdout } = await ipvsadm(["-L", "-n", "--daemon"]);
      const daemons = parseSyncDaemons(stdout);
      if (isRefused(daemons))
        throw new MachineError(`ipvsadm -L --daemon: not understood: ${daemons.detail}`);
      // One that came or went in between may be in the list or not.
      if (socketsIn(socketsFile, target) === sockets) known = { daemons, sockets };
      return daemons;
    },
    async start(daemon) {
      await ipvsadm(startWords(daemon));
    },
    async stop(kind) {
      await ipvsadm(stopWords(kind));
    },
    intake(target = usualSyncTarget) {
      const found = listeningAt(target).exec(readSockets(socketsFile));
      const [, waiting = "0", dropped = "0"] = found ?? [];
      return {
        listening: found !== null,
        waiting: Number.parseInt(waiting, 16),
        dropped: Number(dropped),
      };
    },
  };
}
