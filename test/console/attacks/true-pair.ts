/**
 * A console in a process of its own on a pair of true daemons, to be attacked. The daemons' kernels
 * are in memory (test/daemon/memory-machine.ts); their heartbeats, configuration and control socket
 * are real.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startControlServer } from "../../../src/control/server.ts";
import type { Daemon } from "../../../src/daemon/daemon.ts";
import { peerUser } from "../../../src/system/net/peer-user.ts";
import { MemoryMachine, MemorySwitch } from "../../daemon/memory-machine.ts";
import { password, Visitor } from "../visitor.ts";

const main = join(import.meta.dirname, "../../../src/main.ts");
const addresses = ["127.0.0.2", "127.0.0.3"] as const;

/** `mark`: markup in a comment, as an operator may write it. */
const textWith = (keyFile: string, mark: string): string => `# The pair of this test ${mark}
serial: 1
routers:
  primary: { public: ${addresses[0]} }
  backup: { public: ${addresses[1]} }
heartbeat: { interval: 50ms, dead_after: 10s, key_file: ${keyFile} }
failover: { start_delay: 100ms, monitor_links: false }
virtual_servers:
  web:
    address: 192.0.2.10/24
    device: eth0
    port: 80
    forwarding: direct
    check: { type: tcp, interval: 1s }
    real_servers:
      rs1: { address: 192.0.2.21 }
      rs2: { address: 192.0.2.22 }
`;

export interface Attacked {
  readonly url: string;
  readonly machines: readonly MemoryMachine[];
  readonly daemons: readonly Daemon[];
  readonly stateDir: string;
  readonly visitorAs: (user: string) => Promise<Visitor>;
  /** Ends the console's process and starts another one. */
  readonly restart: () => Promise<void>;
  /** The most memory that the console's process ever had, in MiB (proc_pid_status(5), VmHWM). */
  readonly mostMemoryMiB: () => number;
}

export async function startAttacked(t: TestContext, mark: string): Promise<Attacked> {
  const directory = mkdtempSync(join(tmpdir(), "lvsd-attacked-"));
  t.after(() => rmSync(directory, { recursive: true }));
  const keyFile = join(directory, "heartbeat.key");
  writeFileSync(keyFile, `${randomBytes(32).toString("base64")}\n`, { mode: 0o600 });
  const network = new MemorySwitch();
  const machines = addresses.map((own) => new MemoryMachine(network, own));
  for (const { configFile } of machines) writeFileSync(configFile, textWith(keyFile, mark));
  const daemons: Daemon[] = [];
  for (const machine of machines) daemons.push(await machine.start());
  t.after(() => Promise.all(daemons.map((daemon) => daemon.stop("the test ends"))));
  const [first] = daemons;
  if (first === undefined) throw new Error("no daemon");
  while ((await first.status()).state !== "active") await sleep(20);
  while (!(await first.status()).peer?.alive) await sleep(20);
  const runDir = join(directory, "run");
  const stateDir = join(directory, "state");
  for (const place of [runDir, stateDir]) mkdirSync(place, { mode: 0o750 });
  const socketPath = join(runDir, "lvsd.sock");
  const warn = (): void => {};
  const server = await startControlServer({
    socketPath,
    controlled: first,
    warn,
    userOf: peerUser,
  });
  t.after(() => server.close());
  addUser(stateDir, "admin");
  addUser(stateDir, "reader", "--role", "read-only");
  addUser(stateDir, "webonly", "--virtual-servers", "web");
  const console = new ConsoleProcess(runDir, stateDir);
  t.after(() => console.stop());
  await console.start();
  return {
    machines,
    daemons,
    stateDir,
    get url() {
      return console.url;
    },
    visitorAs: async (user) => {
      const visitor = new Visitor(console.url);
      const { status } = await visitor.login(user);
      if (status !== 303) throw new Error(`${user} cannot log in: ${status}`);
      return visitor;
    },
    restart: async () => {
      await console.stop();
      await console.start();
    },
    mostMemoryMiB: () => console.mostMemoryMiB(),
  };
}

function addUser(stateDir: string, name: string, ...options: readonly string[]): void {
  const words = [main, "passwd", name, "--state-dir", stateDir, ...options];
  const { status, stderr } = spawnSync(process.execPath, words, { input: `${password}\n` });
  if (status !== 0) throw new Error(`lvsd passwd ${name}: ${stderr}`);
}

class ConsoleProcess {
  readonly #words: readonly string[];
  #child: ChildProcess | null = null;
  url = "";

  constructor(runDir: string, stateDir: string) {
    const where = ["--run-dir", runDir, "--state-dir", stateDir];
    this.#words = [main, "console", ...where, "--listen", "127.0.0.1", "--port", "0"];
  }

  /** Returns when it says where it listens. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, this.#words, { stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    this.url = await new Promise<string>((resolve, reject) => {
      child.once("exit", () => reject(new Error(`the console ended: ${said}`)));
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        said += text;
        const [, url] = /listens at (\S+?);?\s/.exec(said) ?? [];
        if (url !== undefined) resolve(url);
      });
    });
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGTERM");
    await gone;
  }

  mostMemoryMiB(): number {
    const status = readFileSync(`/proc/${this.#child?.pid}/status`, "utf8");
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
  }
}
