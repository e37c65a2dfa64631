/**
 * Kinds of addresses that parse well and can never serve in some place: what IPVS, ARP or the
 * kernel's routing makes of them there. What is no machine's address at all (unspecified,
 * multicast, limited broadcast) is refused where addresses are read (keys/network-shapes.ts).
 *
 * Pure. What depends on the machine's own networks is judged by `unservableHere`.
 */
import ipaddr from "ipaddr.js";
import type { Complaints, Spot } from "../keys/complaints.ts";
import type { Problem } from "../keys/problem.ts";
import {
  bitsOf,
  family,
  holds,
  type IpAddress,
  isSubnetAnycast,
  type Prefix,
} from "../model/address.ts";
import type { Forwarding } from "../model/service.ts";
import type { Config } from "./config.ts";
import type { InterfaceHere } from "./on-this-machine.ts";
import { addressOf, type Whole } from "./whole.ts";

/** Where an address stands in a configuration. */
export const addressPlaces = ["vip", "real-server", "check", "router", "gateway"] as const;
export type AddressPlace = (typeof addressPlaces)[number];

export const addressKinds = ["loopback", "link-local", "ipv4-mapped"] as const;
export type AddressKind = (typeof addressKinds)[number];

/** RFC 6890's ranges that matter; null: an ordinary address. IPv4's 169.254/16 needs no scope. */
export function kindOf(address: IpAddress): AddressKind | null {
  const range = ipaddr.parse(address).range();
  if (range === "loopback") return "loopback";
  if (range === "ipv4Mapped") return "ipv4-mapped";
  return range === "linkLocal" && family(address) === 6 ? "link-local" : null;
}

const whatIsMapped = "is an IPv4 address in IPv6 clothes, which never is on a wire";
const whatIsLinkLocal = "is link-local: it means another machine on each link";

/**
 * Why an address of this kind cannot serve there; absent: it can. A real server on loopback serves
 * with direct routing (the router itself, ip_vs_xmit.c, ip_vs_dr_xmit) and with nothing else, and a
 * check may go there. Routers on loopback are two daemons on one machine.
 */
const refusals: Readonly<Record<AddressKind, Partial<Record<AddressPlace, string>>>> = {
  loopback: {
    // arp.c, arp_process: no answers for loopback addresses.
    vip: "is a loopback address, for which no machine answers on a network",
    // ip_vs_xmit.c, ip_vs_nat_xmit: stopped when it comes from outside.
    "real-server": "is a loopback address, to which the kernel forwards nothing from outside",
    gateway: "is this machine itself",
  },
  "link-local": {
    vip: whatIsLinkLocal,
    // ip_vs_ctl.c, __ip_vs_new_dest: EINVAL.
    "real-server": `${whatIsLinkLocal}, and IPVS refuses it`,
    check: whatIsLinkLocal,
    router: whatIsLinkLocal,
    gateway: whatIsLinkLocal,
  },
  "ipv4-mapped": Object.fromEntries(addressPlaces.map((place) => [place, whatIsMapped])),
};

const hints: Readonly<Record<AddressKind, string>> = {
  loopback: "give the address that it has on the network",
  "link-local": "give an address that is not link-local",
  "ipv4-mapped": "write it as an IPv4 address",
};

/** Why the address can never serve in that place, and the way out; null: it can. */
export function unservable(
  address: IpAddress,
  place: AddressPlace,
): { readonly why: string; readonly hint: string } | null {
  const kind = kindOf(address);
  const why = kind === null ? undefined : refusals[kind][place];
  return kind === null || why === undefined ? null : { why, hint: hints[kind] };
}

/** Refuses every address of the configuration that can never serve where it stands. */
export function addressesCanServe(whole: Whole, complaints: Complaints): void {
  for (const { address, place, path, spot } of addressesIn(whole)) {
    const refusal = unservable(address, place);
    if (refusal !== null) complaints.at(spot, `${path}: ${address} ${refusal.why}`, refusal.hint);
  }
}

interface Written {
  readonly address: IpAddress;
  readonly place: AddressPlace;
  readonly path: string;
  readonly spot: Spot;
}

function* addressesIn(whole: Whole): Generator<Written> {
  for (const router of [whole.primary, whole.backup]) {
    for (const key of ["public", "private"] as const) {
      const address = router?.values[key];
      if (!router || !address) continue;
      yield { address, place: "router", path: router.pathOf(key), spot: router.spotOf(key) };
    }
  }
  const { failover } = whole;
  for (const address of failover?.values.gateway ?? [])
    if (failover !== undefined)
      yield {
        address,
        place: "gateway" as const,
        path: failover.pathOf("gateway"),
        spot: failover.spotOf("gateway"),
      };
  // A service for this machine alone may have a loopback address that is there without lvsd.
  for (const { floating, path, spot, device } of whole.claims)
    if (device !== "none" || kindOf(floating.prefix.address) !== "loopback")
      yield {
        address: floating.prefix.address,
        place: "vip",
        path: `${path}.address`,
        spot,
      };
  for (const { realServers, keys, forwarding: usual } of whole.virtualServers) {
    const { sorry_server: sorry } = keys.values;
    if (sorry && sorry !== "local")
      yield {
        address: sorry.address,
        place: isLocal(sorry.address, sorry.forwarding ?? usual) ? "check" : "real-server",
        path: `${keys.pathOf("sorry_server")}.address`,
        spot: keys.spotOf("sorry_server"),
      };
    for (const { keys, forwarding } of realServers) {
      const address = addressOf(keys);
      if (address === undefined) continue;
      const place = isLocal(address, forwarding) ? "check" : "real-server";
      yield { address, place, path: keys.pathOf("address"), spot: keys.spotOf("address") };
    }
  }
}

/** The router itself. */
const isLocal = (address: IpAddress, forwarding: Forwarding | undefined): boolean =>
  kindOf(address) === "loopback" && forwarding === "direct";

/** Why the address is no machine's own in a network of this machine; null: it may be. */
function nobodysIn(network: Prefix, address: IpAddress): string | null {
  if (!holds(network, address)) return null;
  const bits = bitsOf(family(address));
  if (isSubnetAnycast({ address, length: network.length }))
    return "is the subnet-router anycast address of";
  // fib_frontend.c, fib_add_ifaddr: shorter than /31 has a broadcast address.
  if (bits === 128 || network.length > 30) return null;
  const text = `${network.address}/${network.length}`;
  const broadcast = ipaddr.IPv4.broadcastAddressFromCIDR(text).toString();
  return address === broadcast ? "is the broadcast address of" : null;
}

/** Addresses that cannot serve in the networks that this machine is connected to. */
export function unservableHere(
  config: Config,
  interfaces: readonly InterfaceHere[],
): readonly Problem[] {
  const named = [
    ...config.vips.map(({ prefix }) => ["VIP", prefix.address] as const),
    ...config.failover.gateway.map((address) => ["failover.gateway", address] as const),
    ...config.virtualServers.flatMap(({ name, realServers }) =>
      realServers.map(
        (real) =>
          [`virtual_servers.${name}.real_servers.${real.name}.address`, real.address] as const,
      ),
    ),
  ];
  const vips = new Set<string>(config.vips.map(({ prefix }) => prefix.address));
  const networks = interfaces.flatMap(({ name, addresses }) =>
    addresses.flatMap(({ prefix }) =>
      vips.has(prefix.address) || prefix.length === 0 ? [] : [{ name, prefix }],
    ),
  );
  return named.flatMap(([what, address]): Problem[] => {
    for (const { name, prefix } of networks) {
      const why = nobodysIn(prefix, address);
      if (why === null) continue;
      const message = `${what}: ${address} ${why} the network of ${name}`;
      const hint = "give an address that one machine has";
      return [{ file: config.path, line: null, column: null, message, hint }];
    }
    return [];
  });
}
