/**
 * The desired table, remembered: each virtual server's services are built again only when its
 * configuration or the health of one of its real servers has changed. A service that is the same
 * object as before has not changed, and a table that is the same object has no change at all.
 */
import type { Config, VirtualServer } from "../../config/config.ts";
import type { Health } from "../../health/health.ts";
import { printService } from "../../model/service.ts";
import { desiredServices, type Idle, inTableOrder, notIdle } from "../../table/desired.ts";
import { privateServices } from "../../table/private-services.ts";
import type { Service, Table } from "../../table/table.ts";

export class DesiredServices {
  readonly #health: () => Health;
  #servers: ReadonlyMap<string, VirtualServer> = new Map();
  readonly #stale = new Set<string>();
  #table: Table = new Map();
  #idle: Idle = notIdle;

  constructor(health: () => Health) {
    this.#health = health;
  }

  /** Takes over a configuration whose real servers have their health already. */
  configure(config: Config, idle: Idle): void {
    this.#idle = idle;
    const servers = inTableOrder(config);
    this.#servers = new Map(servers.map((server) => [server.name, server]));
    this.#stale.clear();
    const health = this.#health();
    this.#table = new Map(
      servers
        .flatMap((server) => desiredServices(server, health, this.#idle))
        .concat(privateServices(config))
        .map((service) => [printService(service.identity), service]),
    );
  }

  /** The health of a real server of this virtual server has changed. */
  changed(virtualServer: string): void {
    if (this.#servers.has(virtualServer)) this.#stale.add(virtualServer);
  }

  /** The table that configuration and health ask for now. */
  table(): Table {
    if (this.#stale.size === 0) return this.#table;
    const table = new Map<string, Service>(this.#table);
    const health = this.#health();
    for (const name of this.#stale) {
      const server = this.#servers.get(name);
      if (server === undefined) continue;
      for (const service of desiredServices(server, health, this.#idle))
        table.set(printService(service.identity), service);
    }
    this.#stale.clear();
    this.#table = table;
    return table;
  }
}
