/**
 * An IPVS table as data: what is configured in it, apart from counters.
 *
 * Two tables are equal when every service and destination is configured alike; connections and
 * counters are no difference. Keys of the maps are `printService` and `printDestination`.
 */
import type {
  DestinationIdentity,
  Forwarding,
  Scheduler,
  SchedulerFlag,
  ServiceIdentity,
} from "../model/service.ts";

export interface Destination {
  readonly identity: DestinationIdentity;
  readonly forwarding: Forwarding;
  readonly weight: number;
  /** ipvsadm -x, -y; 0 is no limit. */
  readonly upperThreshold: number;
  readonly lowerThreshold: number;
}

export interface Service {
  readonly identity: ServiceIdentity;
  readonly scheduler: Scheduler | string;
  readonly schedulerFlags: readonly (SchedulerFlag | string)[];
  readonly onePacket: boolean;
  /** Seconds; null: no persistence. `maskBits` 0 to 32 or 0 to 128. `engine`: ipvsadm --pe, or null. */
  readonly persistence: {
    readonly timeoutSeconds: number;
    readonly maskBits: number;
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

/** One step from an actual table to the desired one. The order of a plan is part of its contract. */
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
