/**
 * Tells the demo on a terminal: numbered steps, what happened when, what the client saw, and the
 * IPVS table as the kernel reports it.
 */
import type { Client } from "./actors/client.ts";
import type { ClientReport } from "./instruments/outage.ts";
import type { Lab } from "./lab.ts";
import type { Goal } from "./scenario.ts";

const bold = (text: string): string => `\x1b[1m${text}\x1b[0m`;
const dim = (text: string): string => `\x1b[2m${text}\x1b[0m`;
const green = (text: string): string => `\x1b[32m${text}\x1b[0m`;
const red = (text: string): string => `\x1b[31m${text}\x1b[0m`;

const outage = (what: string, atMost: number): Goal => ({ what, unit: "ms", atMost });

/** By the step's key; the summary of demo.ts judges them. */
export const demoGoals: Readonly<Record<string, Goal>> = {
  traffic: outage("spread over three real servers: longest gap", 50),
  dies: outage("a real server dies: out of the table after", 1200),
  returns: outage("it returns: longest gap", 50),
  power: outage("the active router loses power: outage", 1200),
  failback: outage("it takes over again: outage", 50),
  switchover: outage("lvsd switchover: outage", 50),
};

export class Teller {
  readonly #lab: Lab;
  readonly #figures: Record<string, number> = {};
  #step = "";
  #steps = 0;
  #began = 0;

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  /** Draws who is there. */
  scene(): void {
    const { vip, natRouter, routers, realServers, client } = this.#lab.addresses;
    this.#print("");
    this.#print(`      client ${client}`);
    this.#print("         |                        192.168.26.0/24");
    this.#print("   .-----+-----------------.");
    this.#print(`  r1 ${routers.r1.public}    r2 ${routers.r2.public}     VIP ${bold(vip)}`);
    this.#print(
      `     ${routers.r1.private}         ${routers.r2.private}     gateway ${natRouter}`,
    );
    this.#print("   '-----+-----------------'");
    this.#print("         |                        10.11.12.0/24");
    this.#print(`      rs1 ${realServers[0]}   rs2 ${realServers[1]}   rs3 ${realServers[2]}`);
    this.#print("");
    this.#print(
      "two routers, three real servers behind NAT, lvsd at its default heartbeat (250 ms, 1 s)",
    );
  }

  /** Begins a step; what the client sees from now on belongs to it. */
  step(key: string, text: string): void {
    this.#step = key;
    this.#steps += 1;
    this.#began = this.#lab.now();
    this.#print("");
    this.#print(bold(`${this.#steps}. ${text}`));
  }

  /** Something that happened just now; with `figure` that time is the step's figure. */
  note(text: string, figure: "figure" | "story" = "story"): void {
    const took = this.#lab.now() - this.#began;
    if (figure === "figure") this.#figures[this.#step] = took;
    const ms = took.toFixed(0).padStart(5);
    this.#print(`   ${dim(`after ${ms} ms`)}  ${text}`);
  }

  /** Ends the step: the client's numbers, the kernel's table. */
  async show(client: Client): Promise<void> {
    const report = await client.report();
    client.mark();
    this.#figures[this.#step] ??= report.outage;
    this.#print(`   ${this.#sentence(report)}`);
    const holder = this.#lab.holder();
    const table = await holder.printedTable();
    this.#print(dim(`   ipvsadm -Ln on ${holder.name}, which holds ${this.#lab.addresses.vip}:`));
    for (const line of table.trimEnd().split("\n").slice(2))
      this.#print(dim(`     ${line.trimEnd()}`));
  }

  figures(): Readonly<Record<string, number>> {
    return this.#figures;
  }

  #sentence(report: ClientReport): string {
    const goal = demoGoals[this.#step]?.atMost ?? 0;
    const gap = `${report.outage.toFixed(0)} ms`;
    const spread = Object.entries(report.byServer)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([name, count]) => `${name} ${count}`)
      .join(", ");
    const verdict = report.outage <= goal ? green(gap) : red(gap);
    return `client: ${report.tries} requests, ${report.failed} failed, longest outage ${verdict} (${spread})`;
  }

  #print(line: string): void {
    this.#lab.surroundings.print(line);
  }
}
