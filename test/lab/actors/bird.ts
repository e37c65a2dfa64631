/** BIRD on the machine of a real server, with both routers as its BFD neighbours (RFC 5881). */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { within } from "../machine/namespace.ts";
import { output } from "../machine/pipe.ts";
import { beforeRouters } from "../programs/lab-program.ts";

export class Bird {
  readonly name: string;
  readonly #directory: string;
  #child: ChildProcess | null = null;

  constructor(name: string) {
    this.name = name;
    this.#directory = `/run/lab/${name}-bird`;
  }

  /** `interval`: of its packets, in ms. */
  start(neighbours: readonly string[], interval: number): void {
    mkdirSync(this.#directory, { recursive: true });
    const timers = `min tx interval ${interval} ms; min rx interval ${interval} ms; multiplier 3;`;
    writeFileSync(
      `${this.#directory}/conf`,
      `router id 192.0.2.1;
protocol device {}
protocol bfd {
  interface "*" { ${timers} };
  ${neighbours.map((address) => `neighbor ${address};`).join(" ")}
}
`,
    );
    const files = ["-c", "conf", "-s", "control", "-P", "pid"];
    const [command = "", ...rest] = [...beforeRouters(), "bird", "-f", ...files];
    const options = { stdio: "ignore", cwd: this.#directory } as const;
    this.#child = within(this.name, () => spawn(command, rest, options));
  }

  /** The state of each session, as `birdc show bfd sessions` prints it. */
  async sessions(): Promise<readonly string[]> {
    const said = await output("birdc", "-s", `${this.#directory}/control`, "show bfd sessions");
    return [...said.matchAll(/^[\d.a-f:]+ +\S+ +(\S+) /gm)].map(([, state = ""]) => state);
  }

  kill(): void {
    this.#child?.kill("SIGKILL");
    this.#child = null;
  }
}
