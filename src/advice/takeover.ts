/**
 * Whether lvsd can take the place of another program (keepalived) on this machine while it serves:
 * everything that the other one holds must be in lvsd's configuration, or its clients would lose it.
 * Pure: what the machine is comes as arguments.
 */

import type { Config, VirtualServer } from "../config/config.ts";
import type { InterfaceHere } from "../config/on-this-machine.ts";
import { bitsOf, family, holds, type IpAddress, type Prefix } from "../model/address.ts";
import { printDestination, printService } from "../model/service.ts";
import {
  destinationIdentity,
  serviceIdentities,
  serviceOf,
  sorryIdentity,
} from "../table/desired.ts";
import type { Table } from "../table/table.ts";

/** What is there before the takeover. */
export interface Before {
  readonly interfaces: readonly InterfaceHere[];
  readonly table: Table;
  /** The addresses that the other program's configuration has it claim. */
  readonly claimed: readonly IpAddress[];
}

export interface TakeoverJudgement {
  /** Whether any floating address is on this machine: it is the router that serves. */
  readonly isHolder: boolean;
  /** Why it is not to be done: what would be lost, and the way out. */
  readonly refusals: readonly { readonly message: string; readonly hint: string }[];
}

export function judgeTakeover(config: Config, before: Before): TakeoverJudgement {
  const ours = new Set<IpAddress>(config.vips.map(({ prefix }) => prefix.address));
  const floating = new Set<IpAddress>([...ours, ...before.claimed]);
  const here = addressesOn(before.interfaces);
  return {
    isHolder: here.some(({ prefix }) => floating.has(prefix.address)),
    refusals: [
      ...uncoveredVips(before.claimed, ours),
      ...uncoveredServices(config, before.table),
      ...lostNetworks(here, floating),
    ],
  };
}

type Refusal = TakeoverJudgement["refusals"][number];

interface Held {
  readonly device: string;
  readonly prefix: Prefix;
}

const addressesOn = (interfaces: readonly InterfaceHere[]): readonly Held[] =>
  interfaces
    .filter(({ name }) => name !== "lo")
    .flatMap(({ name, addresses }) => addresses.map(({ prefix }) => ({ device: name, prefix })));

const uncoveredVips = (
  claimed: readonly IpAddress[],
  ours: ReadonlySet<IpAddress>,
): readonly Refusal[] =>
  claimed
    .filter((address) => !ours.has(address))
    .map((address) => ({
      message: `the VIP ${address} is not claimed by lvsd's configuration`,
      hint: "add it to `vips:`, or to its virtual server with a device",
    }));

/** Services and servers of the kernel that lvsd's table would not have. */
function uncoveredServices(config: Config, table: Table): readonly Refusal[] {
  const wanted = new Map(
    config.virtualServers
      .filter(({ active }) => active)
      .flatMap((server) =>
        serviceIdentities(server).map((each) => [printService(each), server] as const),
      ),
  );
  return [...table].flatMap(([key, service]): readonly Refusal[] => {
    const server = wanted.get(key);
    if (server === undefined)
      return [
        {
          message: `the virtual service ${key} is in the kernel and not in lvsd's configuration`,
          hint: "add it, or remove it with ipvsadm if nothing needs it",
        },
      ];
    const known = destinationsOf(server, key);
    return [...service.destinations]
      .filter(([destination, { weight }]) => weight > 0 && !known.has(destination))
      .map(([destination]) => ({
        message: `the real server ${destination} of ${key} is in the kernel and not in virtual_servers.${server.name}`,
        hint: "add it, or drain it first: its connections would be cut",
      }));
  });
}

function destinationsOf(server: VirtualServer, service: string): ReadonlySet<string> {
  const real = server.realServers
    .filter((each) => printService(serviceOf(server, each)) === service)
    .map((each) => printDestination(destinationIdentity(server, each)));
  const sorry = serviceIdentities(server).flatMap((each) => {
    const identity = sorryIdentity(server, each, null);
    return identity === null ? [] : [printDestination(identity)];
  });
  return new Set([...real, ...sorry]);
}

/**
 * lvsd holds VIPs with a host's prefix. Where a VIP was all that the machine had in its network,
 * the route to that network goes with it.
 */
function lostNetworks(here: readonly Held[], floating: ReadonlySet<IpAddress>): readonly Refusal[] {
  const own = here.filter(({ prefix }) => !floating.has(prefix.address));
  return here
    .filter(({ prefix }) => floating.has(prefix.address))
    .filter(({ prefix }) => prefix.length < bitsOf(family(prefix.address)))
    .filter(
      ({ device, prefix }) =>
        !own.some(
          (other) =>
            other.device === device &&
            other.prefix.length <= prefix.length &&
            holds(other.prefix, prefix.address),
        ),
    )
    .map(({ device, prefix: { address, length } }) => ({
      message: `${device} has no address in the network of ${address}/${length} but floating ones: the route to it would go`,
      hint: "give each router an address of its own there, or a route to that network",
    }));
}
