/** When each beat of a router passed the switch, by the kernel's clock: tcpdump(8) prints it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Network } from "../machine/network.ts";

export class BeatTimes {
  readonly #child: ChildProcess;
  readonly #interval: number;
  #text = "";

  private constructor(child: ChildProcess, interval: number) {
    this.#child = child;
    this.#interval = interval;
    child.stdout?.setEncoding("latin1").on("data", (text: string) => {
      this.#text += text;
    });
  }

  /** `interval`: ms between two beats, as configured. */
  static async start(network: Network, machine: string, interval: number): Promise<BeatTimes> {
    const { mac } = network.link(machine, "public");
    const filter = `udp dst port 539 and ether src ${mac}`;
    const argv = ["netns", "exec", "lan", "tcpdump", "-i", "br-pub", "-tt", "-n", "-l", filter];
    const child = spawn("ip", argv, { stdio: ["ignore", "pipe", "pipe"] });
    // It says on stderr that it listens.
    if (child.stderr !== null) await once(child.stderr, "data");
    return new BeatTimes(child, interval);
  }

  /** Forgets what was seen so far. */
  begin(): void {
    this.#text = "";
  }

  /** How far from their rhythm the beats since `begin` were, in ms, in rising order. */
  jitters(): readonly number[] {
    const times = [...this.#text.matchAll(/^(\d+\.\d+) /gm)].map(([, at]) => Number(at) * 1000);
    return times
      .slice(1)
      .map((at, index) => Math.abs(at - (times[index] ?? at) - this.#interval))
      .sort((a, b) => a - b);
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGTERM");
    if (this.#child.exitCode === null) await once(this.#child, "exit");
  }
}

/** The value that a share of the others does not exceed. */
export const quantile = (rising: readonly number[], share: number): number =>
  rising[Math.min(rising.length - 1, Math.floor(rising.length * share))] ?? Number.NaN;
