/** Real servers as scenarios see them: a thread that can misbehave, or a real nginx. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { within } from "./namespace.ts";
import type { Manner, RealServerOptions } from "./real-server-side.ts";
import { Resident } from "./resident.ts";

export class RealServer {
  readonly name: string;
  readonly #options: RealServerOptions;
  #resident: Resident | null = null;

  constructor(name: string, options: Partial<Omit<RealServerOptions, "name">> = {}) {
    this.name = name;
    this.#options = { ports: [80], udpPorts: [53], ipv6: false, ...options, name };
  }

  /** Starts the server's process on these TCP ports; does nothing when it runs. */
  async start(ports: readonly number[] = this.#options.ports): Promise<void> {
    const options = { ...this.#options, ports };
    this.#resident ??= await Resident.start(this.name, "real-server-side.ts", options);
  }

  /** Its process dies: sockets are closed, further connections are refused. */
  async kill(): Promise<void> {
    await this.#resident?.kill();
    this.#resident = null;
  }

  async behave(manner: Manner): Promise<void> {
    await this.#ask({ kind: "manner", manner });
  }

  /** How many requests reached it, checks included. */
  requests(): Promise<number> {
    return this.#ask({ kind: "requests" });
  }

  #ask(question: unknown): Promise<number> {
    if (this.#resident === null) return Promise.reject(new Error(`${this.name} does not run`));
    return this.#resident.ask<number>(question);
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
    this.#child = within(this.name, () =>
      spawn("nginx", ["-c", `${directory}/nginx.conf`, "-e", `${directory}/error.log`], {
        stdio: "ignore",
      }),
    );
  }

  kill(): void {
    this.#child?.kill("SIGKILL");
    this.#child = null;
  }
}
