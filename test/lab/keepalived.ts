/**
 * A router that runs keepalived instead of lvsd: the measure to be compared with.
 *
 * One VRRP instance holds the VIP and the NAT router's address; virtual servers and real servers
 * are those of the lab pair. Written for keepalived 2.2 (Debian 12).
 */
import type { ChildProcess } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { readTable } from "./ipvs-table.ts";
import type { Lab } from "./lab.ts";
import { Machine, signal } from "./machine.ts";
import { setSysctls } from "./namespace.ts";
import type { Network } from "./network.ts";
import { addressesOf } from "./topology.ts";
import { waitFor } from "./wait.ts";

export interface KeepalivedOptions {
  /** Seconds; keepalived's default is 1. */
  readonly advertInterval: number;
  readonly priorities: readonly [number, number];
}

export class KeepalivedRouter extends Machine {
  #child: ChildProcess | null = null;

  constructor(network: Network, name: "r1" | "r2") {
    super(network, name);
  }

  configure(options: KeepalivedOptions): void {
    const { vip, natRouter, length, realServers } = addressesOf(this.network.topology);
    const priority = options.priorities[this.name === "r1" ? 0 : 1];
    const reals = realServers.map(
      (address) => `  real_server ${address} 80 {
    weight 1
    TCP_CHECK { connect_timeout 1 }
  }`,
    );
    mkdirSync(this.directory, { recursive: true });
    writeFileSync(
      `${this.directory}/keepalived.conf`,
      `global_defs {
  router_id ${this.name}
  vrrp_version 3
}
vrrp_instance VI {
  state BACKUP
  interface eth0
  virtual_router_id 51
  priority ${priority}
  advert_int ${options.advertInterval}
  virtual_ipaddress {
    ${natRouter}/${length} dev eth1
    ${vip}/${length} dev eth0
  }
}
virtual_server ${vip} 80 {
  delay_loop 1
  lb_algo rr
  lb_kind NAT
  protocol TCP
${reals.join("\n")}
}
`,
    );
  }

  start(): void {
    const files = ["--pid", "--vrrp_pid", "--checkers_pid"].flatMap((option) => [
      option,
      `${this.directory}${option.slice(1)}`,
    ]);
    this.#child = this.spawn("keepalived.log", [
      ...["keepalived", "--dont-fork", "--no-syslog"],
      ...["--use-file", `${this.directory}/keepalived.conf`, ...files],
    ]);
  }

  /** SIGTERM, as its unit does; resolves when it has ended. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    signal(child.pid, "SIGTERM");
    await ended;
  }
}

/** Both routers with keepalived, all real servers; returns when r1 serves and holds the VIP. */
export async function startKeepalivedPair(
  lab: Lab,
  options: KeepalivedOptions,
): Promise<readonly [KeepalivedRouter, KeepalivedRouter]> {
  await lab.startServers();
  const first = new KeepalivedRouter(lab.network, "r1");
  const second = new KeepalivedRouter(lab.network, "r2");
  for (const router of [first, second]) {
    setSysctls(router.name, { "ipv4/ip_forward": 1 });
    router.configure(options);
    router.start();
    lab.endWith(() => (router.powered ? router.killAll() : Promise.resolve()));
  }
  await waitFor("keepalived on r1 holds the VIP alone", 20_000, () => {
    return first.holds(lab.addresses.vip) && !second.holds(lab.addresses.vip);
  });
  await waitFor("both keepalived have checked their real servers", 20_000, () => {
    return ["r1", "r2"].every((name) => readTable(name)[0]?.destinations.length === 3);
  });
  return [first, second];
}
