/**
 * A lab network as data: addresses, machines, who is attached where.
 *
 * Two networks as in the classical LVS pair: `public` with the client and the VIPs, `private` with
 * the real servers (NAT). With direct routing the real servers sit on the public network and carry
 * the VIP on their loopback. Pure; network.ts builds it.
 */
import type { Family } from "../../../src/model/address.ts";
import type { Forwarding } from "../../../src/model/service.ts";

export interface Topology {
  readonly forwarding: Exclude<Forwarding, "tunnel">;
  readonly family: Family;
  /** At most 9. */
  readonly realServers: number;
}

export type NetName = "public" | "private";

/** One machine's place: interface and address per network. `eth0` is the first one listed. */
export interface Place {
  readonly name: string;
  readonly links: readonly Link[];
  /** Default route, as an address. */
  readonly gateway?: string;
  /** Addresses on the loopback that no ARP may answer for (direct routing). */
  readonly hidden: readonly string[];
}

export interface Link {
  readonly net: NetName;
  readonly device: "eth0" | "eth1";
  readonly address: string;
  readonly mac: string;
  /** The bridge's side of the cable. */
  readonly port: string;
}

/** Every address that scenarios and configurations need. */
export interface Addresses {
  readonly length: 24 | 64;
  readonly vip: string;
  /** A second VIP, for scenarios that need one. */
  readonly vip2: string;
  /** The real servers' gateway (NAT). */
  readonly natRouter: string;
  readonly client: string;
  readonly observer: string;
  readonly routers: Readonly<Record<"r1" | "r2", Readonly<Record<NetName, string>>>>;
  readonly realServers: readonly string[];
}

export const natPair: Topology = { forwarding: "nat", family: 4, realServers: 3 };
export const directPair: Topology = { forwarding: "direct", family: 4, realServers: 3 };

const nets = {
  4: { public: "192.168.26.", private: "10.11.12.", length: 24 },
  6: { public: "fd26::", private: "fd11::", length: 64 },
} as const;

export function addressesOf(topology: Topology): Addresses {
  const net = nets[topology.family];
  const server = topology.forwarding === "nat" ? net.private : `${net.public}10`;
  return {
    length: net.length,
    vip: `${net.public}10`,
    vip2: `${net.public}11`,
    natRouter: `${net.private}10`,
    client: `${net.public}50`,
    observer: `${net.public}51`,
    routers: {
      r1: { public: `${net.public}9`, private: `${net.private}9` },
      r2: { public: `${net.public}8`, private: `${net.private}8` },
    },
    realServers: Array.from(
      { length: topology.realServers },
      (_, index) => `${server}${index + 1}`,
    ),
  };
}

/** Every machine of the topology, routers first. */
export function placesOf(topology: Topology): Place[] {
  const addresses = addressesOf(topology);
  const { length } = addresses;
  const link = (
    machine: string,
    net: NetName,
    address: string,
    number: number,
    index = 0,
  ): Link => ({
    net,
    device: index === 0 ? "eth0" : "eth1",
    address: `${address}/${length}`,
    mac: `02:00:00:00:0${net === "public" ? 1 : 2}:${number.toString(16).padStart(2, "0")}`,
    port: `${machine}-${net === "public" ? "pub" : "priv"}`,
  });
  const router = (name: "r1" | "r2", number: number): Place => ({
    name,
    links: [
      link(name, "public", addresses.routers[name].public, number),
      link(name, "private", addresses.routers[name].private, number, 1),
    ],
    hidden: [],
  });
  const inside = topology.forwarding === "nat";
  return [
    router("r1", 1),
    router("r2", 2),
    { name: "client", links: [link("client", "public", addresses.client, 0x50)], hidden: [] },
    { name: "observer", links: [link("observer", "public", addresses.observer, 0x51)], hidden: [] },
    ...addresses.realServers.map((address, index) => ({
      name: `rs${index + 1}`,
      links: [link(`rs${index + 1}`, inside ? "private" : "public", address, 0xa1 + index)],
      ...(inside ? { gateway: addresses.natRouter } : {}),
      hidden: inside ? [] : [addresses.vip, addresses.vip2],
    })),
  ];
}
