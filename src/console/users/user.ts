/** A user of the console, and what a role may do. */
import type { Access } from "../../control/request.ts";

/** The roles, as `lvsd passwd --role` takes them. */
export const userRoles = ["operator", "read-only"] as const;
export type UserRole = (typeof userRoles)[number];

export interface User {
  readonly name: string;
  readonly role: UserRole;
  /**
   * The virtual servers whose real servers an operator may drain, disable and enable; null: all of
   * them, and everything else. An operator with a list configures nothing.
   */
  readonly virtualServers: readonly string[] | null;
  /** As password.ts makes it. */
  readonly password: string;
  /** When the password was set: ISO 8601, UTC. */
  readonly changed: string;
}

/** 32 characters that look the same in a log, a file and a page. */
export const userName = /^[a-z0-9](?:[a-z0-9._-]{0,30}[a-z0-9])?$/i;

/**
 * Whether a user may do what takes `access`, to one virtual server (`virtualServer`), or to the
 * router as a whole (null).
 */
export function mayDo(user: User, access: Access, virtualServer: string | null = null): boolean {
  if (access === "read") return true;
  if (user.role !== "operator") return false;
  if (user.virtualServers === null) return true;
  return access === "operate" && virtualServer !== null
    ? user.virtualServers.includes(virtualServer)
    : false;
}

/** Whether a page that takes `access` is shown at all: its forms look at the virtual server. */
export const mayOpen = (user: User, access: Access): boolean =>
  access === "read" ||
  (user.role === "operator" && (access === "operate" || user.virtualServers === null));
