/**
 * The door to the kernel's connection synchronisation daemons: reads, starts, stops. Each call runs
 * ipvsadm once. Decides nothing.
 */
import { isRefused, MachineError } from "../model/error.ts";
import { type Ms, ms } from "../model/time.ts";
import {
  type FoundSyncDaemon,
  parseSyncDaemons,
  type SyncDaemon,
  type SyncDaemonKind,
  startWords,
  stopWords,
} from "../table/sync-text.ts";
import { runProgram } from "./program.ts";

export interface SyncDaemons {
  /** What runs in this network namespace. Throws MachineError. */
  read(): Promise<readonly FoundSyncDaemon[]>;
  /** The kernel refuses a second one of a kind, and a device that is missing or down. Throws MachineError. */
  start(daemon: SyncDaemon): Promise<void>;
  /** Throws MachineError, also where none of the kind runs. */
  stop(kind: SyncDaemonKind): Promise<void>;
}

export interface SyncDaemonsOptions {
  /** Where `ipvsadm` is looked for; default `systemPath`. */
  readonly path?: string | undefined;
  /** Default 5 s. */
  readonly deadline?: Ms;
}

export function openSyncDaemons({
  path,
  deadline = ms(5000),
}: SyncDaemonsOptions = {}): SyncDaemons {
  const ipvsadm = (args: readonly string[]) =>
    runProgram({ file: "ipvsadm", args, deadline, path });
  return {
    async read() {
      const { stdout } = await ipvsadm(["-L", "-n", "--daemon"]);
      const daemons = parseSyncDaemons(stdout);
      if (isRefused(daemons))
        throw new MachineError(`ipvsadm -L --daemon: not understood: ${daemons.detail}`);
      return daemons;
    },
    async start(daemon) {
      await ipvsadm(startWords(daemon));
    },
    async stop(kind) {
      await ipvsadm(stopWords(kind));
    },
  };
}
