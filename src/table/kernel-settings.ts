/**
 * The kernel settings that load balancing needs, and why. Pure: the door is system/file/sysctl.ts.
 */
import { type Config, familiesOf } from "../config/config.ts";
import { carriedEnds } from "../config/forwarding/paths.ts";
import { family } from "../model/address.ts";
import { seconds } from "../model/time.ts";

/**
 * With synchronisation, how often the peer is sent a connection that goes on. The kernel takes
 * 10 s for less as well (ip_vs_sync.c, ip_vs_sync_conn_needed).
 */
export const syncRefresh = seconds(10);

/**
 * What a router that has let its addresses go keeps back for their next holder, in bytes of packets
 * as the kernel counts them: 100,000 small ones a second for 20 ms. The kernel's own 208 KiB hold
 * some 200.
 */
const keptForNextHolder = 2 * 1024 * 1024;

/**
 * What the kernel keeps of the peer's datagrams until its own daemon takes them in, in bytes as the
 * kernel counts them; it gives twice of it at most of `net.core.rmem_max`. Its default holds some
 * 90 large datagrams, 1,700 connections of IPv6; a hand-over may send more, and so does the peer's
 * kernel when as many end at once.
 */
const keptForSyncDaemon = 4 * 1024 * 1024;

export interface KernelSetting {
  /** Under /proc/sys, with slashes. */
  readonly name: string;
  readonly value: string;
  /** Without it lvsd cannot do its work; otherwise it does it less well. */
  readonly needed: boolean;
  /** A number that may be larger already. */
  readonly isMinimum?: true;
}

/**
 * Devices at which real servers answer checks that went through the service, without NAT: Linux
 * drops IPv4 packets that come from an address of its own (ip-sysctl: accept_local).
 */
function devicesOfPaths({ virtualServers, vips }: Config): ReadonlySet<string> {
  const answered = new Set<string>();
  for (const { vip, realServer } of carriedEnds(virtualServers.filter(({ active }) => active)))
    if (realServer.forwarding !== "nat" && family(vip) === 4) answered.add(vip);
  return new Set(
    vips.filter(({ prefix }) => answered.has(prefix.address)).flatMap(({ device }) => device ?? []),
  );
}

/**
 * What `sysctl: auto` sets and keeps, in this order (kernel documentation: networking/ip-sysctl,
 * ipvs-sysctl).
 */
export function kernelSettings(config: Config): readonly KernelSetting[] {
  const families = new Set(config.virtualServers.flatMap(familiesOf));
  const devices = new Set(config.vips.flatMap(({ device }) => device ?? []));
  const settings: KernelSetting[] = [];
  // Answers of real servers pass through the router with NAT; late packets do with all methods.
  if (families.has(4) || families.size === 0)
    settings.push({ name: "net/ipv4/ip_forward", value: "1", needed: true });
  if (families.has(6))
    settings.push({ name: "net/ipv6/conf/all/forwarding", value: "1", needed: true });
  // A client or real server that learns a "better" way would go around the router. Both count.
  for (const device of ["all", ...devices])
    settings.push({ name: `net/ipv4/conf/${device}/send_redirects`, value: "0", needed: false });
  // Removing the first address of a network must not take the others with it.
  for (const device of devices)
    settings.push({
      name: `net/ipv4/conf/${device}/promote_secondaries`,
      value: "1",
      needed: false,
    });
  for (const device of devices)
    for (const of of families)
      settings.push({
        name: `net/ipv${of}/neigh/${device}/unres_qlen_bytes`,
        value: `${keptForNextHolder}`,
        needed: false,
        isMinimum: true,
      });
  // The answer to a check through the service comes from the VIP, which is this router's own.
  for (const device of devicesOfPaths(config))
    settings.push({ name: `net/ipv4/conf/${device}/accept_local`, value: "1", needed: false });
  settings.push(
    // A connection whose real server is gone is ended rather than held in silence.
    { name: "net/ipv4/vs/expire_nodest_conn", value: "1", needed: false },
    // A persistent client of a quiesced real server is sent elsewhere.
    { name: "net/ipv4/vs/expire_quiescent_template", value: "1", needed: false },
    // A client that uses a port again is scheduled anew, and not led to the server of its last
    // connection, which may be drained or gone. It is the kernel's default; container networks and
    // tuning guides set 0.
    { name: "net/ipv4/vs/conn_reuse_mode", value: "1", needed: false },
  );
  if (config.connectionSync !== null)
    settings.push(
      // Version 0 knows neither IPv6 nor ids (ip_vs_sync.c); what it cannot carry is lost in silence.
      { name: "net/ipv4/vs/sync_version", value: "1", needed: true },
      // The peer is sent a connection once it is established, and not of every 50th packet ...
      { name: "net/ipv4/vs/sync_threshold", value: "0\t0", needed: false },
      // ... and again while it goes on, so that a peer that was away knows it after this time;
      { name: "net/ipv4/vs/sync_refresh_period", value: `${syncRefresh / 1000}`, needed: false },
      // and twice more soon after, since datagrams get lost.
      { name: "net/ipv4/vs/sync_retries", value: "2", needed: false },
      {
        name: "net/ipv4/vs/sync_sock_size",
        value: `${keptForSyncDaemon}`,
        needed: false,
        isMinimum: true,
      },
    );
  return settings;
}
