/** The two routers of a pair: role, state, and why a state was entered. */

/** Which of the two routers of the configuration this machine is. Fixed by the configuration. */
export const roles = ["primary", "backup"] as const;
export type Role = (typeof roles)[number];

export const otherRole = (role: Role): Role => (role === "primary" ? "backup" : "primary");

/** What a router is doing now. One router is `active` at a time; `fault` does not hold the VIPs. */
export const routerStates = ["starting", "standby", "active", "fault"] as const;
export type RouterState = (typeof routerStates)[number];

/**
 * Why a router is unfit to hold the VIPs, the gravest first: a router whose gravest fault stands
 * earlier in this list is the less fit one. `text` is for people.
 */
export const faultKinds = [
  "role",
  "claim",
  "table",
  "link",
  "arbiter",
  "reach",
  "vip",
  "virtual-server",
  "service",
  "checks",
  "late",
] as const;
export type FaultKind = (typeof faultKinds)[number];

/**
 * What a router's own checks say of all real servers together: `some` can be reached, `none` of
 * them, or it does not check and does not know.
 */
export const reaches = ["unknown", "some", "none"] as const;
export type Reach = (typeof reaches)[number];

/**
 * Kinds that cost a part of what is served and leave the rest: `vip`, VIPs that this router cannot
 * hold; `virtual-server`, services that its kernel refuses; `checks`, real servers of which its
 * checks can say nothing. How many counts: of two such routers the one serves that lacks fewer, and
 * what both lack moves nothing.
 */
export const partialKinds: readonly FaultKind[] = ["vip", "virtual-server", "checks"];

export const isPartial = ({ kind }: { readonly kind: FaultKind }): boolean =>
  partialKinds.includes(kind);

export interface Fault {
  readonly kind: FaultKind;
  /** What it is about: a device, a gateway, a virtual service; part of the fault's identity. */
  readonly subject: string;
  readonly text: string;
  /** How many VIPs or virtual servers it costs, for a kind that costs a part; absent: one. */
  readonly count?: number;
}

/** All faults of one kind in one, as routers compare them and say them to each other. */
export interface Unfitness {
  readonly kind: FaultKind;
  /** From 1 to 65535; always 1 unless the kind costs a part. */
  readonly count: number;
}
