/** Real servers as scenarios see them: a program that can misbehave (real-server.c), or nginx. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";

import { within } from "../machine/namespace.ts";
import { output } from "../machine/pipe.ts";
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

/**
 * nginx in a machine's namespace, answering with its name on ports 80 and 81, and on 443 with
 * `tls`; under `/files/` with what was written there, and `metrics` of it as /metrics.
 */
export class Nginx {
  readonly name: string;
  #child: ChildProcess | null = null;

  constructor(name: string) {
    this.name = name;
  }

  async start(how: { readonly tls?: boolean } = {}): Promise<void> {
    const directory = this.#directory;
    mkdirSync(`${directory}/files`, { recursive: true });
    const tls = how.tls === true ? await ownCertificate(directory) : "";
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
    listen 80; listen 81; listen [::]:80; ${tls}
    location /files/ { root ${directory}; }
    location = /metrics { alias ${directory}/files/metrics; }
    location / { default_type text/plain; return 200 "${this.name}\\n"; }
  }
}
`,
    );
    const files = ["-c", `${directory}/nginx.conf`, "-e", `${directory}/error.log`];
    const [command = "", ...rest] = [...beforeRouters(), "nginx", ...files];
    this.#child = within(this.name, () => spawn(command, rest, { stdio: "ignore" }));
  }

  /** What `/files/NAME` is from now on; null: status 404. */
  write(name: string, text: string | null): void {
    const files = `${this.#directory}/files`;
    mkdirSync(files, { recursive: true });
    if (text === null) rmSync(`${files}/${name}`, { force: true });
    if (text === null) return;
    writeFileSync(`${files}/${name}.new`, text);
    renameSync(`${files}/${name}.new`, `${files}/${name}`);
  }

  get #directory(): string {
    return `/run/lab/${this.name}-nginx`;
  }

  kill(): void {
    this.#child?.kill("SIGKILL");
    this.#child = null;
  }
}

/** A key and a certificate that nobody else has signed; nginx's words for both. */
async function ownCertificate(directory: string): Promise<string> {
  const key = `${directory}/key.pem`;
  const certificate = `${directory}/certificate.pem`;
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const files = ["-keyout", key, "-out", certificate];
  await output("openssl", "req", "-x509", ...curve, "-subj", "/CN=lab", "-days", "1", ...files);
  return `listen 443 ssl; listen [::]:443 ssl; ssl_certificate ${certificate}; ssl_certificate_key ${key};`;
}

/** vsftpd with one file for anonymous users, `name`, which holds the machine's name. */
export class Vsftpd {
  readonly name: string;
  #child: ChildProcess | null = null;

  constructor(name: string) {
    this.name = name;
  }

  /** `lines`: of its configuration, for what clients of passive mode are told. */
  start(lines: readonly string[]): void {
    const directory = `/run/lab/${this.name}-ftp`;
    mkdirSync(`${directory}/files`, { recursive: true });
    mkdirSync(`${directory}/empty`, { recursive: true });
    writeFileSync(`${directory}/files/name`, `${this.name}\n`);
    const settings = {
      listen: "NO",
      // Of both families.
      listen_ipv6: "YES",
      background: "NO",
      anonymous_enable: "YES",
      local_enable: "NO",
      anon_root: `${directory}/files`,
      secure_chroot_dir: `${directory}/empty`,
      connect_from_port_20: "YES",
      xferlog_enable: "NO",
      seccomp_sandbox: "NO",
      isolate: "NO",
      isolate_network: "NO",
    };
    const file = `${directory}/vsftpd.conf`;
    writeFileSync(
      file,
      [...Object.entries(settings).map(([key, value]) => `${key}=${value}`), ...lines]
        .map((line) => `${line}\n`)
        .join(""),
    );
    const [command = "", ...rest] = [...beforeRouters(), "vsftpd", file];
    this.#child = within(this.name, () => spawn(command, rest, { stdio: "ignore" }));
  }

  kill(): void {
    this.#child?.kill("SIGKILL");
    this.#child = null;
  }
}
