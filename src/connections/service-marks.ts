/**
 * Which firewall mark a connection's virtual server goes by. The kernel's list does not say it, and
 * a kernel that is sent a connection without it finds no real server for it: it would be forwarded
 * by NAT, whatever the real server's method is (ip_vs_sync.c, ip_vs_proc_conn). Pure.
 */
import type { Config } from "../config/config.ts";
import { addressBytes } from "../model/address.ts";
import type { Connection } from "./connection-list.ts";
import { endpoint } from "./opened-connections.ts";

interface MarkedPorts {
  readonly from: number;
  readonly to: number;
  readonly fwmark: number;
}

/** By protocol and VIP. */
export type ServiceMarks = ReadonlyMap<string, readonly MarkedPorts[]>;

const placeOf = (protocol: string, vip: Uint8Array): string => `${protocol} ${endpoint(vip, 0)}`;

/** Of the virtual servers that lvsd knows addresses and ports of. */
export function serviceMarks({ virtualServers }: Config): ServiceMarks {
  const found = new Map<string, MarkedPorts[]>();
  for (const { active, mark } of virtualServers)
    for (const { protocol, from, to } of active && mark !== null ? mark.traffic : [])
      for (const vip of mark?.addresses ?? []) {
        const place = placeOf(protocol, addressBytes(vip));
        found.set(place, [...(found.get(place) ?? []), { from, to, fwmark: mark?.fwmark ?? 0 }]);
      }
  return found;
}

/** The connections with the marks of their services; the same list where there are no marks. */
export function withMarks(
  connections: readonly Connection[],
  marks: ServiceMarks,
): readonly Connection[] {
  if (marks.size === 0) return connections;
  return connections.map((connection) => {
    const { protocol, addresses, virtualPort } = connection;
    const length = addresses.length / 3;
    const ports = marks.get(placeOf(protocol, addresses.subarray(length, 2 * length)));
    const found = ports?.find(({ from, to }) => from <= virtualPort && virtualPort <= to);
    return found === undefined ? connection : { ...connection, mark: found.fwmark };
  });
}
