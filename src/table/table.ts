/**
 * An IPVS table as data: what is configured in it, apart from counters.
 *
 * Two tables are equal when every service and destination is configured alike; connections and
 * counters are no difference. Keys of the maps are `printService` and `printDestination`.
 */
import { isDeepStrictEqual } from "node:util";
import { compareAddresses } from "../model/address.ts";
import {
  type DestinationIdentity,
  type Forwarding,
  protocols,
  type ServiceIdentity,
  type Tunnel,
} from "../model/service.ts";

export interface Destination {
  readonly identity: DestinationIdentity;
  readonly forwarding: Forwarding;
  readonly weight: number;
  /**
   * ipvsadm -x and -y; 0 is no limit. Null where the actual table was read without them: neither
   * `ipvsadm -Sn` nor /proc/net/ip_vs shows them (ipvs-thresholds.ts does).
   */
  readonly thresholds: { readonly upper: number; readonly lower: number } | null;
  /** How packets are wrapped where `forwarding` is `tunnel`; means nothing otherwise. */
  readonly tunnel: Tunnel;
  /**
   * Options that lvsd knows nothing of, as ipvsadm prints them; empty on
   * everything that lvsd programs. They count as configuration: an edit takes them away.
   */
  readonly foreignOptions: string;
}

export interface Service {
  readonly identity: ServiceIdentity;
  /** A known scheduler, or whatever a foreign service uses. */
  readonly scheduler: string;
  /** In the order in which ipvsadm prints them; foreign services may have flags of other names. */
  readonly schedulerFlags: readonly string[];
  readonly onePacket: boolean;
  /**
   * Null: no persistence. `maskBits`: 0 to 32 or 1 to 128, null for a foreign IPv4 mask that is no
   * prefix. `engine`: ipvsadm --pe, or null.
   */
  readonly persistence: {
    readonly timeoutSeconds: number;
    readonly maskBits: number | null;
    readonly engine: string | null;
  } | null;
  readonly destinations: ReadonlyMap<string, Destination>;
}

/** Services by `printService(identity)`, in the order in which they are programmed. */
export type Table = ReadonlyMap<string, Service>;

/** Live numbers of one destination, by service key, then destination key. */
export interface DestinationCounters {
  readonly activeConnections: number;
  readonly inactiveConnections: number;
}
export type Counters = ReadonlyMap<string, ReadonlyMap<string, DestinationCounters>>;

/**
 * One step from an actual table to the desired one. The order of a plan is part of its contract.
 */
export type Change =
  | { readonly kind: "add-service"; readonly service: Service }
  | { readonly kind: "edit-service"; readonly service: Service; readonly before: Service }
  | { readonly kind: "delete-service"; readonly service: Service }
  | {
      readonly kind: "add-destination";
      readonly service: ServiceIdentity;
      readonly destination: Destination;
    }
  | {
      readonly kind: "edit-destination";
      readonly service: ServiceIdentity;
      readonly destination: Destination;
      readonly before: Destination;
    }
  | {
      readonly kind: "delete-destination";
      readonly service: ServiceIdentity;
      readonly destination: Destination;
    };

export interface Plan {
  readonly changes: readonly Change[];
  /** Services of the actual table that lvsd neither wants nor owns: listed, left alone. */
  readonly foreign: readonly ServiceIdentity[];
}

/**
 * Order of virtual services in a table: addresses by family, number, port, protocol; then marks.
 */
export function compareServices(a: ServiceIdentity, b: ServiceIdentity): number {
  if (a.kind === "fwmark" || b.kind === "fwmark") {
    if (a.kind !== "fwmark" || b.kind !== "fwmark") return a.kind === "fwmark" ? 1 : -1;
    return a.fwmark - b.fwmark || a.family - b.family;
  }
  return (
    compareAddresses(a.address, b.address) ||
    a.port - b.port ||
    protocols.indexOf(a.protocol) - protocols.indexOf(b.protocol)
  );
}

/** Order of destinations within a service: address, then port. */
export const compareDestinations = (a: DestinationIdentity, b: DestinationIdentity): number =>
  compareAddresses(a.address, b.address) || a.port - b.port;

/** Whether two services are configured alike, their destinations left aside. */
export const sameService = (a: Service, b: Service): boolean =>
  a.scheduler === b.scheduler &&
  a.onePacket === b.onePacket &&
  isDeepStrictEqual([...a.schedulerFlags].sort(), [...b.schedulerFlags].sort()) &&
  isDeepStrictEqual(a.persistence, b.persistence);

/** Whether two destinations are configured alike; thresholds count where both are known. */
export const sameDestination = (a: Destination, b: Destination): boolean =>
  a.forwarding === b.forwarding &&
  a.weight === b.weight &&
  (a.forwarding !== "tunnel" || isDeepStrictEqual(a.tunnel, b.tunnel)) &&
  a.foreignOptions === b.foreignOptions &&
  (a.thresholds === null || b.thresholds === null || isDeepStrictEqual(a.thresholds, b.thresholds));
