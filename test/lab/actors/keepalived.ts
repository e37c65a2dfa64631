/**
 * A router that runs keepalived instead of lvsd: the measure to be compared with.
 *
 * One VRRP instance holds the VIP and the NAT router's address; virtual servers and real servers
 * are those of the lab pair. Written for keepalived 2.2 (Debian 12). It runs as its unit there runs
 * it, in real time as lvsd does: nobody waits for the other's processes.
 */
import type { ChildProcess } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { readTable } from "../instruments/ipvs-table.ts";
import { waitFor } from "../instruments/wait.ts";
import type { Lab } from "../lab.ts";
import { Machine, signal } from "../machine/machine.ts";
import { setSysctls } from "../machine/namespace.ts";
import type { Network } from "../machine/network.ts";
import { addressesOf } from "../machine/topology.ts";
import { type Pair, renew } from "./pair.ts";
import { urgently } from "./unit.ts";

export interface KeepalivedOptions {
  /** Seconds; keepalived's default is 1. */
  readonly advertInterval: number;
  readonly priorities: readonly [number, number];
  /** The kernel's synchronisation daemons on eth1, swapped with the state. */
  readonly synchronised?: boolean;
  /** The one that comes back leaves the addresses where they are, as lvsd does after a switchover. */
  readonly nopreempt?: boolean;
  /** An address that VRRP holds instead of the pair's, without virtual servers. */
  readonly alone?: string;
  /** Real servers and their check in place of the pair's; seconds from check to check. */
  readonly checks?: {
    readonly delayLoop: number;
    readonly hosts: readonly string[];
    /** As keepalived.conf(5) writes it. */
    readonly check: string;
  };
  /** Which process dies in `kill`: all of them, or the one that speaks VRRP. */
  readonly killed?: "all" | "vrrp";
}

/** What keepalived.conf(5) gives who asks for nothing else. */
export const keepalivedDefaults: KeepalivedOptions = { advertInterval: 1, priorities: [100, 90] };

/** As fast as 100 ms and three missed: the skew is the interval's 128th part at most. */
export const equallyFast = { advertInterval: 0.1, priorities: [254, 253] } as const;

export class KeepalivedRouter extends Machine {
  #child: ChildProcess | null = null;

  constructor(network: Network, name: "r1" | "r2") {
    super(network, name);
  }

  configure(options: KeepalivedOptions): void {
    const { vip, natRouter, length, realServers } = addressesOf(this.network.topology);
    const held =
      options.alone === undefined
        ? [`${natRouter}/${length} dev eth1`, `${vip}/${length} dev eth0`]
        : [`${options.alone}/${length} dev eth0`];
    const priority = options.priorities[this.name === "r1" ? 0 : 1];
    const { hosts, delayLoop, check }: NonNullable<KeepalivedOptions["checks"]> =
      options.checks ?? {
        hosts: realServers,
        delayLoop: 1,
        check: "TCP_CHECK { connect_timeout 1 }",
      };
    const reals = hosts.map(
      (address) => `  real_server ${address} 80 {
    weight 1
    ${check}
  }`,
    );
    const service = `virtual_server ${vip} 80 {
  delay_loop ${delayLoop}
  lb_algo rr
  lb_kind NAT
  protocol TCP
${reals.join("\n")}
}
`;
    mkdirSync(this.directory, { recursive: true });
    writeFileSync(
      `${this.directory}/keepalived.conf`,
      `global_defs {
  router_id ${this.name}
  vrrp_version 3
${options.synchronised === true ? "  lvs_sync_daemon eth1 VI\n" : ""}}
vrrp_instance VI {
  state BACKUP
${options.nopreempt === true ? "  nopreempt\n" : ""}  interface eth0
  virtual_router_id 51
  priority ${priority}
  advert_int ${options.advertInterval}
  virtual_ipaddress {
    ${held.join("\n    ")}
  }
}
${options.alone === undefined ? service : ""}`,
    );
  }

  start(): void {
    const files = ["--pid", "--vrrp_pid", "--checkers_pid"].flatMap((option) => [
      option,
      `${this.directory}/${option.slice(2)}`,
    ]);
    this.#child = this.spawn("keepalived.log", [
      ...urgently,
      "keepalived",
      "--dont-fork",
      "--no-syslog",
      "--log-console",
      "--log-detail",
      "--use-file",
      `${this.directory}/keepalived.conf`,
      ...files,
    ]);
  }

  /** How often its VRRP has become master so far. */
  takeovers(): number {
    return this.#entered("MASTER");
  }

  /** Starts it again; resolves when it stands by and has checked all real servers. */
  async startAgain(): Promise<void> {
    const before = this.#entered("BACKUP");
    this.start();
    await waitFor(`keepalived on ${this.name} stands by again`, 20_000, () => {
      return this.#entered("BACKUP") > before && this.hasChecked();
    });
  }

  /** Whether its table has all real servers. */
  hasChecked(): boolean {
    return readTable(this.name)[0]?.destinations.length === 3;
  }

  #entered(state: "MASTER" | "BACKUP"): number {
    const log = readFileSync(`${this.directory}/keepalived.log`, "utf8");
    return log.split(`Entering ${state} STATE`).length - 1;
  }

  /** SIGTERM, as its unit does; resolves when it has ended. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    signal(child.pid, "SIGTERM");
    await ended;
  }

  /**
   * Signals all of its processes, the parent first, or the one that speaks VRRP. Those that are to
   * be killed are stopped before: what is left hears at once that its parent is gone, or starts
   * again whoever is, and would do that before this program in its turn has killed it.
   */
  signal(name: NodeJS.Signals, which: "all" | "vrrp" = "all"): void {
    const pids =
      which === "all"
        ? this.processes().sort((one, other) => one - other)
        : [Number(readFileSync(`${this.directory}/vrrp_pid`, "utf8"))];
    const names = name === "SIGKILL" && which === "all" ? (["SIGSTOP", name] as const) : [name];
    for (const each of names) for (const pid of pids) signal(pid, each);
  }
}

/** keepalived's processes on both routers; what runs there already stays. */
export function launchKeepalived(
  lab: Lab,
  options: KeepalivedOptions,
): readonly [KeepalivedRouter, KeepalivedRouter] {
  const first = new KeepalivedRouter(lab.network, "r1");
  const second = new KeepalivedRouter(lab.network, "r2");
  for (const router of [first, second]) {
    setSysctls(router.name, { "ipv4/ip_forward": 1 });
    router.configure(options);
    router.start();
  }
  return [first, second];
}

/** Both routers with keepalived, all real servers; returns when r1 serves and holds the VIP. */
export async function startKeepalivedPair(lab: Lab, options: KeepalivedOptions): Promise<Pair> {
  await lab.startServers();
  const [first, second] = launchKeepalived(lab, options);
  await waitFor("keepalived on r1 holds the VIP alone", 20_000, () => {
    return first.holds(lab.addresses.vip) && !second.holds(lab.addresses.vip);
  });
  await waitFor("both keepalived have checked their real servers", 20_000, () => {
    return [first, second].every((router) => router.hasChecked());
  });
  let from = first;
  let to = second;
  let stopped = Promise.resolve();
  return {
    product: "keepalived",
    machines: [first, second],
    async leave() {
      stopped = from.stop();
      await waitFor(
        `keepalived on ${to.name} holds the VIP alone`,
        10_000,
        () => {
          return to.holds(lab.addresses.vip) && !from.holds(lab.addresses.vip);
        },
        5,
      );
      return null;
    },
    async comeBack() {
      await stopped;
      await from.startAgain();
      [from, to] = [to, from];
    },
    kill: () => first.signal("SIGKILL", options.killed),
    pause: () => first.signal("SIGSTOP"),
    resume: () => first.signal("SIGCONT"),
    powerOff: () => first.powerOff(),
    end: () => renew([first, second]),
  };
}
