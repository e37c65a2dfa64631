/** Where the kernels of two routers send each other their connections. */
import type { IpAddress } from "./address.ts";

export interface SyncTarget {
  /** A multicast group of IPv4. */
  readonly group: IpAddress;
  /** Of UDP. */
  readonly port: number;
  /** Networks that a datagram may pass: 1 is the link alone. */
  readonly ttl: number;
}

/** Where the kernel's daemons speak unless they are told otherwise (ipvsadm(8), --mcast-group). */
export const usualSyncTarget: SyncTarget = {
  group: "224.0.0.81" as IpAddress,
  port: 8848,
  ttl: 1,
};

/** `224.0.0.81 port 8848`. */
export const printSyncTarget = ({ group, port }: SyncTarget): string => `${group} port ${port}`;
