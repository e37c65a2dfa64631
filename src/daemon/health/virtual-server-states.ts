/** The state of each virtual server as last reported: what turns health into events. */
import type { VirtualServer } from "../../config/config.ts";
import type { Health, VirtualServerState } from "../../health/health.ts";
import { virtualServerEvent, virtualServerHealth } from "../../health/virtual-server.ts";
import type { EventBody } from "../../model/event.ts";

export class VirtualServerStates {
  readonly #report: (event: EventBody) => void;
  readonly #states = new Map<string, VirtualServerState>();

  constructor(report: (event: EventBody) => void) {
    this.#report = report;
  }

  /** Looks at a virtual server whose real servers have changed. */
  look(virtualServer: VirtualServer, health: Health): void {
    const now = virtualServerHealth(virtualServer, health);
    const before = this.#states.get(virtualServer.name) ?? null;
    const event = virtualServerEvent(virtualServer, before, now);
    this.#states.set(virtualServer.name, now.state);
    if (event !== null) this.#report(event);
  }
}
