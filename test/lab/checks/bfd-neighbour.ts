/**
 * Real programs of BFD on a machine of their own: BIRD and FRR in a network namespace, at the other
 * end of a cable from this process, which leaves this machine's network for it.
 */
import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { IpAddress } from "../../../src/model/address.ts";
import { leaveNetwork } from "../machine/namespace.ts";
import { freeze, groupOf } from "./frozen.ts";

export const neighbour = {
  4: { own: "10.9.0.1" as IpAddress, peer: "10.9.0.2" as IpAddress },
  6: { own: "fd09::1" as IpAddress, peer: "fd09::2" as IpAddress },
} as const;
/** An address of the other machine that nobody expects packets from. */
export const stranger = "10.9.0.66";
export const cable = "lab0";

const run = (command: string, ...args: readonly string[]): string =>
  execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

export class Neighbour {
  readonly directory = mkdtempSync(join(tmpdir(), "lvsd-bfd-"));
  readonly #home: ChildProcess;
  #programs: ChildProcess[] = [];

  private constructor(home: ChildProcess) {
    this.#home = home;
  }

  static async make(): Promise<Neighbour> {
    leaveNetwork();
    // What holds the other network; it ends with its standard input, whatever becomes of this test.
    const home = spawn("unshare", ["-n", "sh", "-c", "echo; exec cat"], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    await new Promise((resolve) => home.stdout?.once("data", resolve));
    const made = new Neighbour(home);
    run("ip", "link", "set", "lo", "up");
    const other = ["peer", "name", "eth0", "netns", `${home.pid}`];
    run("ip", "link", "add", cable, "type", "veth", ...other);
    const inside = (...args: readonly string[]): string => made.inside("ip", ...args);
    for (const [ip, device, end] of [
      [run.bind(null, "ip"), cable, "own"],
      [inside, "eth0", "peer"],
    ] as const) {
      ip("addr", "add", `${neighbour[4][end]}/24`, "dev", device);
      ip("addr", "add", `${neighbour[6][end]}/64`, "dev", device, "nodad");
      ip("link", "set", device, "up");
    }
    inside("addr", "add", `${stranger}/24`, "dev", "eth0");
    inside("link", "set", "lo", "up");
    return made;
  }

  /** Runs a program there to its end; its output. */
  inside(...argv: readonly string[]): string {
    return run("nsenter", "-t", `${this.#home.pid}`, "-n", ...argv);
  }

  /** Starts a program there; it ends with this. */
  start(...argv: readonly string[]): ChildProcess {
    const child = spawn("nsenter", ["-t", `${this.#home.pid}`, "-n", ...argv], {
      stdio: "ignore",
      detached: true,
      cwd: this.directory,
    });
    this.#programs.push(child);
    return child;
  }

  cut(isCut: boolean): void {
    this.inside("ip", "link", "set", "eth0", isCut ? "down" : "up");
    // An address of IPv6 goes with the link.
    if (!isCut)
      this.inside("ip", "addr", "replace", `${neighbour[6].peer}/64`, "dev", "eth0", "nodad");
  }

  async end(): Promise<void> {
    await this.endPrograms();
    this.#home.stdin?.end();
    rmSync(this.directory, { recursive: true, force: true });
  }

  async endPrograms(): Promise<void> {
    await Promise.all(this.#programs.splice(0).map(killed));
  }
}

/** SIGKILL; resolves when it has ended. */
export async function killed(child: ChildProcess): Promise<void> {
  const { pid, exitCode, signalCode } = child;
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  process.kill(-pid, "SIGKILL");
  await ended;
}

/** Stops it where it stands. */
export const hung = (child: ChildProcess): Promise<void> => freeze(groupOf(child.pid ?? 0));

export const goesOn = (child: ChildProcess): void =>
  void process.kill(-(child.pid ?? 0), "SIGCONT");

export interface BirdTimers {
  readonly minTx: number;
  readonly minRx: number;
  readonly multiplier: number;
}

/** BIRD that has this process as its neighbour over both families. */
export class Bird {
  readonly #machine: Neighbour;
  #child: ChildProcess | null = null;

  constructor(machine: Neighbour) {
    this.#machine = machine;
  }

  get child(): ChildProcess {
    if (this.#child === null) throw new Error("bird does not run");
    return this.#child;
  }

  start(timers: BirdTimers, words = ""): void {
    this.#write(timers, words);
    const files = ["-c", "bird.conf", "-s", "bird.ctl", "-P", "bird.pid"];
    this.#child = this.#machine.start("bird", "-f", ...files);
  }

  /** Other timers for the sessions that there are. */
  change(timers: BirdTimers): void {
    this.#write(timers, "");
    this.#machine.inside("birdc", "-s", `${this.#machine.directory}/bird.ctl`, "configure");
  }

  /** As `birdc show bfd sessions` prints them. The sessions of this process go on meanwhile. */
  async sessions(): Promise<string> {
    const control = `${this.#machine.directory}/bird.ctl`;
    const words = ["-s", control, "show", "bfd", "sessions"];
    return (await promisify(execFile)("birdc", words)).stdout;
  }

  #write({ minTx, minRx, multiplier }: BirdTimers, words: string): void {
    const timers = `min tx interval ${minTx} ms; min rx interval ${minRx} ms; multiplier ${multiplier};`;
    writeFileSync(
      join(this.#machine.directory, "bird.conf"),
      `router id ${neighbour[4].peer};
protocol device {}
protocol bfd {
  interface "*" { ${timers} };
  multihop { ${timers} };
  ${words === "" ? `neighbor ${neighbour[4].own}; neighbor ${neighbour[6].own};` : words}
}
`,
    );
  }
}

/** FRR's zebra and bfdd, with one peer over IPv4. */
export class Frr {
  readonly #machine: Neighbour;
  readonly #place: string;

  constructor(machine: Neighbour) {
    this.#machine = machine;
    this.#place = join(machine.directory, "frr");
  }

  start(): void {
    mkdirSync(this.#place);
    const file = join(this.#machine.directory, "bfdd.conf");
    writeFileSync(
      file,
      `bfd
 peer ${neighbour[4].own}
  receive-interval 50
  transmit-interval 50
 !
!
`,
    );
    run("chown", "-R", "frr:frrvty", this.#place);
    run("chmod", "711", this.#machine.directory);
    run("chmod", "644", file);
    const socket = `${this.#place}/zebra`;
    const shared = ["-u", "frr", "-g", "frr", "--vty_socket", this.#place, "-A", "127.0.0.1"];
    const own = (name: string) => ["-z", socket, "-i", `${this.#place}/${name}.pid`];
    this.#machine.start("/usr/lib/frr/zebra", ...shared, ...own("zebra"), "-f", "/dev/null");
    const control = ["--bfdctl", `${this.#place}/ctl`];
    this.#machine.start("/usr/lib/frr/bfdd", ...shared, ...own("bfdd"), "-f", file, ...control);
  }

  /** Says AdminDown, or takes up the session again. */
  shutdown(on: boolean): void {
    const words = ["conf t", "bfd", `peer ${neighbour[4].own}`, on ? "shutdown" : "no shutdown"];
    const commands = words.flatMap((word) => ["-c", word]);
    this.#machine.inside("vtysh", "--vty_socket", this.#place, ...commands);
  }
}
