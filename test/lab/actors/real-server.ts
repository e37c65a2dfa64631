/** Real servers as scenarios see them: a program that can misbehave (real-server.c), or nginx. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { within } from "../machine/namespace.ts";
import { beforeRouters, LabProgram } from "../programs/lab-program.ts";

/** How requests are answered. `hang` accepts and says nothing. */
export type Manner = "serve" | "hang" | "garbage" | "endless" | "error-500";

/** Where every real server answers, unless it is started on other ports. */
const tcpPorts = [80];
const udpPorts = [53];

export class RealServer {
  readonly name: string;
  #program: LabProgram | null = null;

  constructor(name: string) {
    this.name = name;
  }

  /**
   * Starts the server's process on these TCP ports, and for SCTP on these `ADDRESS@PORT`; does
   * nothing when it runs.
   */
  async start(
    ports: readonly number[] = tcpPorts,
    sctpPorts: readonly string[] = [],
  ): Promise<void> {
    const words = [this.name, ports.join(","), udpPorts.join(",")];
    if (sctpPorts.length > 0) words.push(sctpPorts.join(","));
    this.#program ??= await LabProgram.start(this.name, "real-server", ...words);
  }

  /** Its process dies: sockets are closed, further connections are refused. */
  async kill(): Promise<void> {
    await this.#program?.kill();
    this.#program = null;
  }

  async behave(manner: Manner): Promise<void> {
    await this.#ask(`manner ${manner}`);
  }

  /** How many requests reached it, checks included. */
  async requests(): Promise<number> {
    const [line = ""] = await this.#ask("requests");
    return Number(line.split(" ")[1]);
  }

  #ask(question: string): Promise<readonly string[]> {
    if (this.#program === null) return Promise.reject(new Error(`${this.name} does not run`));
    return this.#program.ask(question);
  }
}

/** nginx in a machine's namespace, answering with the machine's name on port 80. */
export class Nginx {
  readonly name: string;
  #child: ChildProcess | null = null;

  constructor(name: string) {
    this.name = name;
  }

  start(): void {
    const directory = `/run/lab/${this.name}-nginx`;
    mkdirSync(directory, { recursive: true });
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
      .map((kind) => `${kind}_temp_path ${directory}/${kind};`)
      .join(" ");
    writeFileSync(
      `${directory}/nginx.conf`,
      `daemon off; master_process off; pid ${directory}/pid; error_log ${directory}/error.log;
events { worker_connections 512; }
http {
  access_log off; ${temporary}
  server {
    listen 80; listen [::]:80;
    location / { default_type text/plain; return 200 "${this.name}\\n"; }
  }
}
`,
    );
    const files = ["-c", `${directory}/nginx.conf`, "-e", `${directory}/error.log`];
    const [command = "", ...rest] = [...beforeRouters(), "nginx", ...files];
    this.#child = within(this.name, () => spawn(command, rest, { stdio: "ignore" }));
  }

  kill(): void {
    this.#child?.kill("SIGKILL");
    this.#child = null;
  }
}
