/**
 * Real server programs of Debian for the tests of checks: each is an ordinary process on loopback,
 * with a directory, a port and a configuration of its own, as a user without privileges, and ends
 * with its test. No service of this machine is started, asked or stopped.
 */
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Endpoint } from "../../../src/checks/target.ts";
import { loopback } from "../../checks/servers.ts";
import { freeze, groupOf } from "./frozen.ts";

/** How long a program may take until it serves, and until it has ended, in ms. */
const patience = 30_000;

/** Who runs the programs: `nobody`, where this test may choose. */
const runner = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** A directory that belongs to whoever runs the programs. */
export class Workshop {
  readonly path = mkdtempSync(join(tmpdir(), "lvsd-check-"));

  constructor() {
    this.#give(this.path, 0o700);
  }

  file(name: string, content: string | Uint8Array): string {
    const path = join(this.path, name);
    writeFileSync(path, content);
    this.#give(path, 0o600);
    return path;
  }

  folder(name: string): string {
    const path = join(this.path, name);
    mkdirSync(path, { recursive: true });
    this.#give(path, 0o700);
    return path;
  }

  /** Runs a program to its end, as whoever runs the servers. */
  run(command: string, args: readonly string[], input = ""): string {
    const environment = { PATH: process.env.PATH, HOME: this.path, LANG: "C" };
    const options = { ...runner, cwd: this.path, env: environment, input };
    return execFileSync(command, args, { ...options, encoding: "utf8", stdio: "pipe" });
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  #give(path: string, mode: number): void {
    chmodSync(path, mode);
    if (runner.uid !== undefined) chownSync(path, runner.uid, runner.gid);
  }
}

/** A port of loopback that nothing listens on, over TCP or UDP. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, loopback, resolve));
  const bound = server.address();
  await new Promise((resolve) => server.close(resolve));
  assert.ok(bound !== null && typeof bound === "object");
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(bound.port, loopback, resolve));
  await new Promise<void>((resolve) => socket.close(resolve));
  return bound.port;
}

/** Whether TCP connections are taken there. */
export const accepts = ({ address, port }: Endpoint): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, address);
    const end = (stands: boolean): void => {
      socket.destroy();
      resolve(stands);
    };
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
  });

export interface ProgramOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly port: number;
  readonly workshop: Workshop;
  /** Runs as this test does: nobody may not reach this checkout's Node. */
  readonly asMyself?: boolean;
  /** How it is ended; else SIGTERM. */
  readonly endedBy?: NodeJS.Signals;
  readonly environment?: Readonly<Record<string, string>>;
  /** Whether it serves; else: it takes TCP connections. */
  readonly ready?: (endpoint: Endpoint) => Promise<boolean>;
}

/** A server program that runs. */
export class ServerProgram {
  readonly endpoint: Endpoint;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  readonly #endedBy: NodeJS.Signals;
  #output = "";
  #over = false;

  private constructor(options: ProgramOptions) {
    const { command, args, port, workshop, environment, endedBy = "SIGTERM" } = options;
    this.#endedBy = endedBy;
    this.endpoint = { address: loopback, port };
    // A group of its own, so that a signal reaches its children as well.
    this.#child = spawn(command, args, {
      ...(options.asMyself === true ? {} : runner),
      cwd: workshop.path,
      env: { PATH: process.env.PATH, HOME: workshop.path, LANG: "C", ...environment },
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const keep = (bytes: Buffer): void => {
      this.#output = (this.#output + bytes.toString()).slice(-4000);
    };
    this.#child.stdout?.on("data", keep);
    this.#child.stderr?.on("data", keep);
    this.#ended = new Promise((resolve) => {
      const end = (): void => {
        this.#over = true;
        resolve();
      };
      this.#child.once("error", end);
      this.#child.once("exit", end);
    });
  }

  /** Starts it and waits until it serves. The caller stops it. */
  static async start(options: ProgramOptions): Promise<ServerProgram> {
    const program = new ServerProgram(options);
    const ready = options.ready ?? accepts;
    for (const end = performance.now() + patience; performance.now() < end; ) {
      if (program.#over) break;
      if (await ready(program.endpoint)) return program;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await program.stop();
    throw new Error(`${options.command} does not serve:\n${program.#output}`);
  }

  /** What it has said last. */
  get output(): string {
    return this.#output;
  }

  /** Stops it where it stands: it keeps its port and its connections. */
  async freeze(): Promise<void> {
    const { pid } = this.#child;
    if (pid !== undefined && !this.#over) await freeze(groupOf(pid));
  }

  thaw(): void {
    this.#signal("SIGCONT");
  }

  /** Ends it and its children, kindly first. */
  async stop(): Promise<void> {
    if (this.#over) return;
    this.#signal("SIGCONT");
    this.#signal(this.#endedBy);
    const timer = setTimeout(() => this.#signal("SIGKILL"), patience / 3);
    await this.#ended;
    clearTimeout(timer);
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined || this.#over) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // It has ended meanwhile.
    }
  }
}
