/** tcpdump on both networks: heartbeats, ARP, neighbour discovery. Kept when a scenario fails. */
import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { within } from "./namespace.ts";

const directory = "/run/lab/capture";
const filter = "port 539 or arp or icmp6";

export class Capture {
  readonly #children: readonly ChildProcess[];

  private constructor(children: readonly ChildProcess[]) {
    this.#children = children;
  }

  static start(): Capture {
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true });
    return new Capture(
      ["br-pub", "br-priv"].map((bridge) =>
        within("lan", () =>
          spawn(
            "tcpdump",
            ["-i", bridge, "-n", "-U", "-s", "0", "-Z", "root", "-w", file(bridge), filter],
            { stdio: "ignore" },
          ),
        ),
      ),
    );
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.#children.map(
        (child) =>
          new Promise<void>((resolve) => {
            if (child.exitCode !== null || child.signalCode !== null) resolve();
            child.once("exit", () => resolve());
            child.kill("SIGTERM");
          }),
      ),
    );
  }

  copyTo(place: string): void {
    for (const bridge of ["br-pub", "br-priv"])
      if (existsSync(file(bridge))) copyFileSync(file(bridge), `${place}/${bridge}.pcap`);
  }
}

const file = (bridge: string): string => `${directory}/${bridge}.pcap`;
