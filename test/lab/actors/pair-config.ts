/** The configuration of a lab pair, as the object that lvsd.yaml says. Pure. */
import { type Addresses, addressesOf, type Topology } from "../machine/topology.ts";

/** Loosely typed on purpose: scenarios also write files that lvsd must refuse. */
export type ConfigObject = Record<string, unknown>;

export interface PairOptions {
  /** Default: none given, so that lvsd's own defaults are what is measured. */
  readonly heartbeat?: ConfigObject;
  readonly failover?: ConfigObject;
  /** Keys of the virtual server `web`. */
  readonly web?: ConfigObject;
  /** Its check; default: tcp every 500 ms. */
  readonly check?: ConfigObject;
  /** Further virtual servers. */
  readonly virtualServers?: Readonly<Record<string, ConfigObject>>;
  /** Further top-level keys. */
  readonly top?: ConfigObject;
  readonly single?: boolean;
}

/** A pair with one virtual server `web` on the VIP, port 80, and all real servers. */
export function pairConfig(topology: Topology, keyFile: string, options: PairOptions = {}) {
  const addresses = addressesOf(topology);
  const { length, vip, natRouter, routers } = addresses;
  const nat = topology.forwarding === "nat";
  return {
    routers: { primary: routers.r1, ...(options.single ? {} : { backup: routers.r2 }) },
    heartbeat: { key_file: keyFile, ...options.heartbeat },
    failover: { ...options.failover },
    forwarding: topology.forwarding,
    ...(nat ? { nat_router: { address: `${natRouter}/${length}`, device: "eth1" } } : {}),
    virtual_servers: {
      web: {
        address: `${vip}/${length}`,
        device: "eth0",
        port: 80,
        scheduler: "rr",
        check: options.check ?? { type: "tcp", interval: "500ms", timeout: "500ms" },
        ...options.web,
        real_servers: options.web?.real_servers ?? realServers(addresses),
      },
      ...options.virtualServers,
    },
    ...options.top,
  };
}

/** `rs1: {address: ...}` and so on. */
export const realServers = (addresses: Addresses): ConfigObject =>
  Object.fromEntries(
    addresses.realServers.map((address, index) => [`rs${index + 1}`, { address }]),
  );
