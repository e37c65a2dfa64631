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
export const faultKinds = ["role", "claim", "table", "link", "arbiter", "service", "late"] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface Fault {
  readonly kind: FaultKind;
  /** What it is about: a device, a gateway, a virtual service; part of the fault's identity. */
  readonly subject: string;
  readonly text: string;
}
