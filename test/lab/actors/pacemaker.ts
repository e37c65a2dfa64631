/**
 * A router of a Pacemaker cluster: Debian's corosync, pacemaker and resource agents (IPaddr2 and
 * ldirectord). Each has a host name and directories of its own, as on a machine of its own: all
 * machines of the lab share one disk. The lab plays systemd, which starts both programs, and stops
 * them by SIGTERM, pacemaker first.
 */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { waitFor } from "../instruments/wait.ts";
import { Machine, signal } from "../machine/machine.ts";
import { setSysctls } from "../machine/namespace.ts";
import { addressesOf, type Topology } from "../machine/topology.ts";
import { ldirectordText } from "./ldirectord.ts";

/** Patience: a dozen programs start on each router, at a tenth of their speed. */
const startsWithinMs = 180_000;

/** ms; generous, since no pause of the lab is to be taken for a dead router. */
const tokenMs = 20_000;

const corosyncConf = ({ routers }: ReturnType<typeof addressesOf>): string => {
  const nodes = Object.entries(routers).map(
    ([name, at], index) => `  node {
    name: ${name}
    nodeid: ${index + 1}
    ring0_addr: ${at.public}
  }
`,
  );
  return `totem {
  version: 2
  cluster_name: lvs
  transport: knet
  token: ${tokenMs}
}
system {
  sched_rr: no
  move_to_root_cgroup: no
}
logging {
  to_stderr: yes
  to_syslog: no
}
quorum {
  provider: corosync_votequorum
  two_node: 1
}
nodelist {
${nodes.join("")}}
`;
};

/** A resource, checked as the agents' own documentation proposes. */
function primitive(id: string, type: string, values: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(values).map(
    ([name, value]) => `<nvpair id="${id}-${name}" name="${name}" value="${value}"/>`,
  );
  return `<primitive id="${id}" class="ocf" provider="heartbeat" type="${type}">
  <instance_attributes id="${id}-is">${pairs.join("")}</instance_attributes>
  <operations><op id="${id}-monitor" name="monitor" interval="10s"/></operations>
</primitive>
`;
}

/** The VIP, the NAT router's address and ldirectord in one group, on r1 if it can be. */
function cib(topology: Topology, ldirectordCf: string): string {
  const { vip, natRouter, length } = addressesOf(topology);
  const options = { "stonith-enabled": "false", "dc-deadtime": "2s" };
  const pairs = Object.entries(options).map(
    ([name, value]) => `<nvpair id="option-${name}" name="${name}" value="${value}"/>`,
  );
  const address = (ip: string, nic: string) => ({ ip, cidr_netmask: `${length}`, nic });
  return `<cib validate-with="pacemaker-3.0" admin_epoch="1" epoch="1" num_updates="0">
<configuration>
<crm_config><cluster_property_set id="options">${pairs.join("")}</cluster_property_set></crm_config>
<nodes/>
<resources><group id="lvs">
${primitive("inside", "IPaddr2", address(natRouter, "eth1"))}\
${primitive("outside", "IPaddr2", address(vip, "eth0"))}\
${primitive("balancer", "ldirectord", { configfile: ldirectordCf })}\
</group></resources>
<constraints><rsc_location id="first" rsc="lvs" node="r1" score="50"/></constraints>
<op_defaults><meta_attributes id="patience">
<nvpair id="patience-timeout" name="timeout" value="120s"/>
</meta_attributes></op_defaults>
</configuration>
<status/>
</cib>
`;
}

export class PacemakerRouter extends Machine {
  #place: ChildProcess | null = null;
  #corosync: ChildProcess | null = null;
  #pacemaker: ChildProcess | null = null;

  /** On the router, not on the lab's disk. */
  readonly ldirectordCf = "/etc/ha.d/ldirectord.cf";

  get #own(): string {
    return `${this.directory}/own`;
  }

  /** The router with its files; nothing runs on it yet. */
  async setUp(): Promise<void> {
    const { topology } = this.network;
    setSysctls(this.name, { "ipv4/ip_forward": 1 });
    for (const each of ["corosync", "ha.d", "lib", "run/lab", "run/lock", "run/resource-agents"])
      mkdirSync(`${this.#own}/${each}`, { recursive: true });
    writeFileSync(
      `${this.#own}/ha.d/ldirectord.cf`,
      ldirectordText(topology, `${this.directory}/ldirectord.log`),
    );
    writeFileSync(`${this.#own}/corosync/corosync.conf`, corosyncConf(addressesOf(topology)));
    writeFileSync(`${this.#own}/cib.xml`, cib(topology, this.ldirectordCf));
    await this.#enter();
  }

  /** Its host name and its directories, for as long as a process keeps them; the disk stays. */
  async #enter(): Promise<void> {
    const ready = `${this.#own}/run/ready`;
    rmSync(ready, { force: true });
    const script = `set -e
hostname ${this.name}
if ! test -d lib/pacemaker; then
  cp -a /var/lib/pacemaker /var/lib/corosync lib/
  install -o hacluster -g haclient -m 600 cib.xml lib/pacemaker/cib/cib.xml
fi
mount --bind /run/lab run/lab
mount --bind corosync /etc/corosync
mount --bind ha.d /etc/ha.d
mount --bind lib /var/lib
mount --rbind run /run
touch /run/ready
exec sleep infinity
`;
    this.#place = this.spawn("place.log", [
      "unshare",
      "--uts",
      "sh",
      "-c",
      `cd ${this.#own} && ${script}`,
    ]);
    await waitFor(`the directories of ${this.name}`, startsWithinMs, () => existsSync(ready));
  }

  get #inside(): readonly string[] {
    return ["nsenter", "--target", `${this.#place?.pid}`, "--mount", "--uts"];
  }

  /** Runs a program there to its end, with the router's own directories; its output. */
  run(...argv: string[]): Promise<string> {
    return this.output(...this.#inside, ...argv);
  }

  /** `systemctl start pacemaker`, which starts corosync before. */
  async start(): Promise<void> {
    // What ends lvsd's unit in the lab may have ended this process as well.
    const place = this.#place;
    if (place === null || place.exitCode !== null || place.signalCode !== null) await this.#enter();
    this.#corosync = this.spawn("corosync.log", [...this.#inside, "corosync", "-f"]);
    await waitFor(`corosync runs on ${this.name}`, startsWithinMs, async () => {
      return await this.run("corosync-cfgtool", "-s");
    });
    this.#pacemaker = this.spawn("pacemakerd.log", [...this.#inside, "pacemakerd"], {
      PCMK_logfile: `${this.directory}/pacemaker.log`,
      PCMK_logfacility: "none",
    });
    await waitFor(`Pacemaker runs on ${this.name}`, startsWithinMs, async () => {
      return await this.run("cibadmin", "--query", "--scope", "crm_config");
    });
  }

  /** `systemctl stop pacemaker corosync`. */
  async stop(): Promise<void> {
    for (const child of [this.#pacemaker, this.#corosync]) {
      if (child?.pid === undefined || child.exitCode !== null) continue;
      const ended = once(child, "exit");
      signal(child.pid, "SIGTERM");
      await ended;
    }
  }
}
