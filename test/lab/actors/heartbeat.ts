/**
 * A router on which the real ldirectord programs the table and Heartbeat holds the addresses.
 *
 * Heartbeat is a stand-in, a script: Debian 12 has no Heartbeat any more. It starts and stops what
 * its line of haresources names, in that order and in the reverse one, as Heartbeat's resource
 * scripts do, and is there as a process of that name. It speaks to no peer: the other router has
 * stopped its own before anything here is changed.
 */
import type { ChildProcess } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { waitFor } from "../instruments/wait.ts";
import { commandOf, Machine } from "../machine/machine.ts";
import { setSysctls } from "../machine/namespace.ts";
import { addressesOf } from "../machine/topology.ts";
import { ldirectordText } from "./ldirectord.ts";

/** Seconds and ms, as ha.cf has them. */
const haCf = "keepalive 200ms\ndeadtime 1\nauto_failback off\nnode r1\nnode r2\n";

export class HeartbeatRouter extends Machine {
  #child: ChildProcess | null = null;
  #holds = false;

  get ldirectordCf(): string {
    // ldirectord's pid file has the name of this one, and all machines share the lab's disk.
    return `${this.directory}/ldirectord-${this.name}.cf`;
  }

  get haCf(): string {
    return `${this.directory}/ha.cf`;
  }

  get haresources(): string {
    return `${this.directory}/haresources`;
  }

  get #script(): string {
    return `${this.directory}/heartbeat`;
  }

  /** Writes the files of both programs. */
  configure(): void {
    const { topology } = this.network;
    const { vip, natRouter, length } = addressesOf(topology);
    setSysctls(this.name, { "ipv4/ip_forward": 1 });
    writeFileSync(this.ldirectordCf, ldirectordText(topology, `${this.directory}/ldirectord.log`));
    writeFileSync(this.haCf, haCf);
    const held = [`${natRouter}/${length}/eth1`, `${vip}/${length}/eth0`];
    const resources = held.map((each) => `IPaddr2::${each}`);
    writeFileSync(this.haresources, `r1 ${resources.join(" ")} ldirectord::${this.ldirectordCf}\n`);
    const addresses = held.map((each) => each.replace(/\/(\w+)$/, " dev $1"));
    writeFileSync(
      this.#script,
      `#!/bin/sh
case $1 in
  standby)
    trap 'exit 0' TERM
    while :; do sleep 1; done ;;
  start)
${addresses.map((each) => `    ip addr add ${each}\n`).join("")}    ldirectord ${this.ldirectordCf} start
    trap 'exit 0' TERM
    while :; do sleep 1; done ;;
  stop)
    ldirectord ${this.ldirectordCf} stop
${addresses
  .toReversed()
  .map((each) => `    ip addr del ${each}\n`)
  .join("")}    ;;
esac
`,
    );
    chmodSync(this.#script, 0o755);
  }

  /** Its resources are there and its process runs. */
  async start(): Promise<void> {
    this.#child = this.spawn("heartbeat.log", [this.#script, "start"]);
    this.#holds = true;
    await waitFor(`Heartbeat on ${this.name} holds its addresses`, 30_000, () => {
      return this.holds(addressesOf(this.network.topology).vip);
    });
  }

  /** The router that holds nothing: a process without resources. */
  standBy(): void {
    this.#child = this.spawn("heartbeat.log", [this.#script, "standby"]);
    this.#holds = false;
  }

  /** As an operator's script does; the addresses and ldirectord go where they were. */
  async stop(): Promise<void> {
    this.#child?.kill("SIGTERM");
    if (this.#holds) await this.output(this.#script, "stop").catch(() => "");
    await waitFor(`nothing of it runs on ${this.name}`, 60_000, () => !this.runs());
  }

  /** Whether any of its programs runs. */
  runs(): boolean {
    return this.processes().some((pid) => /^(?:heartbeat|ldirectord)/.test(commandOf(pid)));
  }
}
