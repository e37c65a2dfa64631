/**
 * The state of a virtual server from the health of its real servers: up when at least one of them
 * takes connections.
 */
import type { VirtualServer } from "../config/config.ts";
import type { EventBody } from "../model/event.ts";
import { type Health, realServerKey, type VirtualServerState } from "./health.ts";

export interface VirtualServerHealth {
  readonly state: VirtualServerState;
  /** Why; one line for people. */
  readonly cause: string;
}

/** How a virtual server stands now. */
export function virtualServerHealth(
  virtualServer: VirtualServer,
  health: Health,
): VirtualServerHealth {
  if (!virtualServer.active) return { state: "disabled", cause: "inactive in the configuration" };
  const serving = virtualServer.realServers.filter((realServer) => {
    const known = health.get(realServerKey(virtualServer.name, realServer.name));
    // The state too: an entry that the kernel refuses has a weight while it is offered again.
    return known?.state === "up" && (known.tableWeight ?? 0) > 0;
  });
  const count = `${serving.length} of ${virtualServer.realServers.length} real servers`;
  return { state: serving.length > 0 ? "up" : "down", cause: `${count} take connections` };
}

/** What operators read when the state has become up or down; null otherwise. */
export function virtualServerEvent(
  virtualServer: VirtualServer,
  before: VirtualServerState | null,
  after: VirtualServerHealth,
): EventBody | null {
  if (before === after.state || (after.state !== "up" && after.state !== "down")) return null;
  return {
    event: "virtual_server",
    kind: after.state,
    virtual_server: virtualServer.name,
    cause: after.cause,
  };
}
