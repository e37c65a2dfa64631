/**
 * The door by which this process changes single connections of its own kernel, which has no call
 * for that: as a synchronisation master that its backup daemon hears. A connection that is sent
 * with another real server than it has is ended, and a new one made in its place (ip_vs_sync.c,
 * ip_vs_proc_conn).
 *
 * The backup that connection synchronisation has started is used where there is one, and the peer's
 * kernel hears the same. Else one is started on the loopback device for the moment.
 */
import { createSocket } from "node:dgram";
import { networkInterfaces } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { Connection } from "../../connections/connection-list.ts";
import { syncMessages } from "../../connections/sync-message.ts";
import { type SyncDaemon, sameSyncDaemon } from "../../kernel/sync-text.ts";
import { family } from "../../model/address.ts";
import { MachineError } from "../../model/error.ts";
import { type SyncTarget, usualSyncTarget } from "../../model/sync-target.ts";
import { addMs, ms } from "../../model/time.ts";
import { now } from "../process/clock.ts";
import type { SyncDaemons } from "./sync-daemon.ts";

export interface OwnKernel {
  /**
   * Resolves when no datagram waits in the kernel any more. Whether it has taken the connections in
   * is to be seen in its list alone: a packet filter may have dropped them, too. The daemons must
   * not be changed meanwhile. Throws MachineError.
   */
  send(connections: readonly Connection[]): Promise<void>;
  /** Ends a daemon for the moment that outlived an earlier process. Throws MachineError. */
  endLeft(): Promise<void>;
}

/** No other master speaks on the loopback device. */
const forTheMoment: SyncDaemon = {
  kind: "backup",
  device: "lo",
  id: 255,
  datagramBytes: null,
  ...usualSyncTarget,
};
/** A daemon takes in thousands of connections in this time. */
const intakeMax = ms(1000);
const lookEvery = ms(5);

export function ownKernel(daemons: SyncDaemons): OwnKernel {
  const backup = async (): Promise<SyncDaemon | undefined> =>
    (await daemons.read()).find(({ kind }) => kind === "backup");
  return {
    async send(connections) {
      const found = await backup();
      if (found !== undefined && family(found.group) === 6)
        throw new MachineError(hearsBySix(found));
      if (found === undefined) await daemons.start(forTheMoment);
      try {
        const hears = found ?? forTheMoment;
        const datagrams = syncMessages(connections, hears.id);
        const waiting = (): number => daemons.intake(hears).waiting;
        await send(datagrams, addressOn(hears.device), hears, waiting);
      } finally {
        if (found === undefined || sameSyncDaemon(found, forTheMoment))
          await daemons.stop("backup");
      }
    },
    async endLeft() {
      // To start a program holds up the loop; without a socket there is no such daemon.
      if (!daemons.intake().listening) return;
      const found = await backup();
      if (found !== undefined && sameSyncDaemon(found, forTheMoment)) await daemons.stop("backup");
    },
  };
}

const hearsBySix = ({ device, group }: SyncDaemon): string =>
  `the kernel's backup daemon on ${device} hears a group of IPv6, ${group}: ` +
  "end it (ipvsadm --stop-daemon backup)";

/** By which the C library names a device to send multicast on. */
function addressOn(device: string): string {
  const found = (networkInterfaces()[device] ?? []).find(({ family }) => family === "IPv4");
  if (found !== undefined) return found.address;
  throw new MachineError(`${device}, where connections are synchronised, has no IPv4 address`);
}

async function send(
  datagrams: readonly Uint8Array[],
  from: string,
  { group, port, ttl }: SyncTarget,
  waiting: () => number,
): Promise<void> {
  const socket = createSocket("udp4");
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.bind({ address: from, port: 0 }, resolve);
    });
    socket.setMulticastInterface(from);
    socket.setMulticastLoopback(true);
    socket.setMulticastTTL(ttl);
    for (const datagram of datagrams) {
      await new Promise<void>((resolve, reject) => {
        socket.send(datagram, port, group, (error) => (error ? reject(error) : resolve()));
      });
      await takenIn(waiting);
    }
  } finally {
    socket.close();
  }
}

async function takenIn(waiting: () => number): Promise<void> {
  for (const until = addMs(now(), intakeMax); waiting() > 0; await sleep(lookEvery))
    if (now() > until) throw new MachineError("the kernel does not take connections in");
}
