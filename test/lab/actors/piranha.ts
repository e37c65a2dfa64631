/** A router that runs the double of Piranha (test/lab/piranha/) instead of lvsd. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { waitFor } from "../instruments/wait.ts";
import { Machine, signal } from "../machine/machine.ts";
import { setSysctls } from "../machine/namespace.ts";
import { addressesOf, type Topology } from "../machine/topology.ts";
import { asDaemon } from "./unit.ts";

/** The pair's lvs.cf, whole seconds as there. */
export function lvsCf(topology: Topology, keepalive: number, deadtime: number): string {
  const { routers, vip, natRouter, realServers } = addressesOf(topology);
  const servers = realServers.map(
    (address, index) => `     server rs${index + 1} {
         address = ${address}
         active = 1
         weight = 1
     }
`,
  );
  return `serial_no = 4
primary = ${routers.r1.public}
primary_private = ${routers.r1.private}
service = lvs
backup_active = 1
backup = ${routers.r2.public}
backup_private = ${routers.r2.private}
heartbeat = 1
heartbeat_port = 539
keepalive = ${keepalive}
deadtime = ${deadtime}
network = nat
nat_router = ${natRouter} eth1:1
nat_nmask = 255.255.255.0
virtual web {
     active = 1
     address = ${vip} eth0:1
     vip_nmask = 255.255.255.0
     port = 80
     scheduler = rr
     protocol = tcp
     timeout = 2
     reentry = 2
${servers.join("")}}
`;
}

const program = new URL("../piranha/pulse.ts", import.meta.url).pathname;

export class PiranhaRouter extends Machine {
  #child: ChildProcess | null = null;

  get configFile(): string {
    return `${this.directory}/lvs.cf`;
  }

  start(text: string): void {
    setSysctls(this.name, { "ipv4/ip_forward": 1 });
    writeFileSync(this.configFile, text);
    this.#child = this.spawn("pulse.log", [
      // Not before the daemons: the start of a Node program would hold up the other router.
      ...asDaemon,
      process.execPath,
      "--disable-warning=ExperimentalWarning",
      program,
      this.configFile,
    ]);
  }

  log(): string {
    return readFileSync(`${this.directory}/pulse.log`, "utf8");
  }

  /** Waits until its log has this text once more often than `before` times. */
  async says(text: string, withinMs: number, before = 0): Promise<void> {
    await waitFor(`Piranha on ${this.name} says: ${text}`, withinMs, () => {
      return this.log().split(text).length - 1 > before;
    });
  }

  /** `service pulse stop`: resolves when it has let go of everything. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined) return;
    const ended = once(child, "exit");
    signal(child.pid, "SIGTERM");
    await ended;
    this.#child = null;
  }
}
