/**
 * An LVS router: a machine on which the lab runs lvsd the way its unit does.
 *
 * The lab plays systemd: it waits for READY=1, and when the daemon ends it kills what is left of
 * it, runs the unit's clean-up and starts the daemon again after RestartSec.
 */
import type { ChildProcess } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type {
  PlanReport,
  RefusalBody,
  RestartReport,
  Status,
  SwitchoverReport,
} from "../../../src/control/api.ts";
import type { LvsdEvent } from "../../../src/model/event.ts";
import { now } from "../instruments/clock.ts";
import { parseSaved, readTable, type Table } from "../instruments/ipvs-table.ts";
import { patience, waitFor } from "../instruments/wait.ts";
import { Covers, type Program } from "../machine/covers.ts";
import { commandOf, Machine, signal } from "../machine/machine.ts";
import type { Network } from "../machine/network.ts";
import { feed } from "../machine/pipe.ts";
import { request } from "./control-request.ts";
import { loggedEvents, loggedState, logText } from "./daemon-log.ts";
import { NotifySocket } from "./notify.ts";
import { asDaemon, cleanUp, launching } from "./unit.ts";

/** As in the unit. */
const restartMs = 500;
/** A killed program is gone by then. */
const endingMs = 300;

export interface CommandResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a daemon ended: its exit status, null after a signal, and what it has left running. */
export interface End {
  readonly status: number | null;
  readonly left: readonly string[];
}

/** Patience, not a goal: a guest may have to start two daemons at a tenth of its speed. */
const readyWithinMs = 60_000;

export class Router extends Machine {
  /** What the daemon's environment has besides, from its next start on. */
  environment: Readonly<Record<string, string>> = {};
  /**
   * A module that the daemon's Node loads first, from its next start on. Not by NODE_OPTIONS, which
   * the launcher takes away: that is a door into the daemon.
   */
  preload: string | null = null;
  /** Commands of the shell that becomes the daemon, from its next start on. */
  beforeStart: readonly string[] = [];
  readonly #program: string;
  readonly #notify: NotifySocket;
  #child: ChildProcess | null = null;
  #supervised: Promise<void> = Promise.resolve();
  /** Whether systemd would start it again when it ends. */
  #wanted = false;
  #restarts = 0;
  readonly #covers: Covers;
  #end: End | null = null;
  /** What ran here before the daemon: other programs' processes, as another unit's are. */
  #others: ReadonlySet<number> = new Set();

  constructor(network: Network, name: "r1" | "r2", project: string) {
    super(network, name);
    this.#program = `${project}/bin/lvsd`;
    for (const place of [this.runDirectory, this.stateDirectory])
      mkdirSync(place, { recursive: true });
    this.#notify = new NotifySocket(`${this.directory}/notify`);
    this.#covers = new Covers(this.directory);
  }

  get runDirectory(): string {
    return `${this.directory}/run`;
  }

  get stateDirectory(): string {
    return `${this.directory}/state`;
  }

  get configFile(): string {
    return `${this.directory}/lvsd.yaml`;
  }

  get running(): boolean {
    return this.#child !== null;
  }

  /** How the daemon ended the last time; null when it never did. */
  get end(): End | null {
    return this.#end;
  }

  get restarts(): number {
    return this.#restarts;
  }

  /** The daemon's pid. Throws when it does not run. */
  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error(`lvsd does not run on ${this.name}`);
    return pid;
  }

  /** Processor time that the daemon has used, in ms (proc(5), stat: utime and stime in 10 ms). */
  processorMs(): number {
    const stat = readFileSync(`/proc/${this.pid}/stat`, "utf8").replace(/^.*\) /s, "");
    const fields = stat.split(" ").map(Number);
    return ((fields[11] ?? 0) + (fields[12] ?? 0)) * 10;
  }

  /**
   * Replaces the file on disk; a running daemon does not know of it until `reload`. JSON is YAML.
   */
  configure(config: object | string): void {
    const text = typeof config === "string" ? config : JSON.stringify(config, null, 2);
    writeFileSync(this.configFile, text);
  }

  /** Starts the daemon and waits for READY=1. How long it may take is the story `start-alone`. */
  async start(): Promise<void> {
    this.launch();
    await waitFor(`READY=1 of ${this.name}`, readyWithinMs, () => this.#notify.ready);
  }

  /** Starts the daemon and does not wait. */
  launch(): void {
    this.#wanted = true;
    this.#notify.forget();
    this.#others = new Set(this.processes());
    const child = this.spawn(
      "lvsd.log",
      [
        "sh",
        "-c",
        [...this.beforeStart, ...this.#covers.commands(), 'exec "$@"'].join(" && "),
        "sh",
        ...asDaemon,
        ...launching(this.#program, this.preload),
        "run",
        "-c",
        this.configFile,
        "--run-dir",
        this.runDirectory,
        "--state-dir",
        this.stateDirectory,
      ],
      { NOTIFY_SOCKET: this.#notify.path, ...this.environment },
    );
    this.#child = child;
    this.#supervised = new Promise((resolve) => {
      child.once("exit", (status) => void this.#ended(status).finally(resolve));
    });
  }

  /** What systemd does when the main process has ended, whatever way. */
  async #ended(status: number | null): Promise<void> {
    this.#child = null;
    if (!this.powered) return;
    // After a crash systemd kills what is left at once; after an orderly end nothing may be left.
    this.#end = { status, left: status === null ? [] : await this.#outlived() };
    await this.killAll(this.#others);
    // It may be killed itself: by a power cut, or by the end of the lab.
    await this.output("env", `RUNTIME_DIRECTORY=${this.runDirectory}`, "sh", "-c", cleanUp).catch(
      () => "",
    );
    if (!this.#wanted) return;
    await sleep(restartMs);
    if (!this.#wanted || !this.powered) return;
    this.#restarts += 1;
    this.launch();
  }

  /** Programs that outlive the daemon; those that it has killed may take a moment to end. */
  async #outlived(): Promise<readonly string[]> {
    const left = () => this.processes(this.#others).map(commandOf);
    for (const until = now() + endingMs * patience; now() < until && left().length > 0; )
      await sleep(5);
    return left();
  }

  /** `systemctl stop`: SIGTERM, and SIGKILL after `limitMs`. How long it took in ms. */
  async stop(limitMs = 10_000): Promise<void> {
    this.#wanted = false;
    if (this.#child === null) return;
    signal(this.pid, "SIGTERM");
    const late = setTimeout(() => this.#child?.kill("SIGKILL"), limitMs * patience);
    await this.#supervised;
    clearTimeout(late);
  }

  /**
   * `systemctl restart`: ExecStop tells the daemon (service.test.ts), and the next one comes at
   * once.
   */
  async restartUnit(): Promise<void> {
    signal(this.pid, "SIGUSR2");
    await this.stop();
    await this.start();
  }

  /** SIGKILL of the daemon alone; the lab's systemd then does its part. */
  kill(): void {
    signal(this.pid, "SIGKILL");
  }

  /** SIGKILL, and nobody starts it again; returns when the clean-up is over. */
  async killForGood(): Promise<void> {
    this.#wanted = false;
    this.kill();
    await this.#supervised;
  }

  pause(): void {
    signal(this.pid, "SIGSTOP");
  }

  resume(): void {
    signal(this.pid, "SIGCONT");
  }

  override async powerOff(): Promise<void> {
    this.#wanted = false;
    await super.powerOff();
    await this.#supervised;
  }

  /** It returns as after a boot: /run is empty, the state directory is not. */
  override async powerOn(): Promise<void> {
    rmSync(this.runDirectory, { recursive: true, force: true });
    mkdirSync(this.runDirectory, { recursive: true });
    await super.powerOn();
  }

  /** Body of GET /v1/status; throws when the daemon does not answer. */
  status(): Promise<Status> {
    return this.#request("GET", "/v1/status");
  }

  reload(): Promise<PlanReport | RefusalBody> {
    return this.#request("POST", "/v1/reload");
  }

  switchover(): Promise<SwitchoverReport | RefusalBody> {
    return this.#request("POST", "/v1/switchover");
  }

  restart(): Promise<RestartReport | RefusalBody> {
    return this.#request("POST", "/v1/restart");
  }

  hangUp(): void {
    signal(this.pid, "SIGHUP");
  }

  /** Runs `lvsd COMMAND ...` as an operator would; never throws for its exit status. */
  async lvsd(command: string, ...rest: readonly string[]): Promise<CommandResult> {
    const script = '"$@" >"$0.out" 2>"$0.err"; echo $?';
    const base = `${this.directory}/command`;
    // The operator's shell is in no hurry; the guest has one processor for everybody.
    const line = [
      "nice",
      "-n",
      "19",
      this.#program,
      command,
      "-c",
      this.configFile,
      "--run-dir",
      this.runDirectory,
    ];
    const said = await this.output("sh", "-c", script, base, ...line, ...rest);
    return {
      status: Number(said.trim()),
      stdout: readFileSync(`${base}.out`, "utf8"),
      stderr: readFileSync(`${base}.err`, "utf8"),
    };
  }

  /**
   * Waits until the daemon reports this state; how the status looked then. Asks only once the log
   * says so: questions would take the processor from what is measured.
   */
  async reaches(state: Status["state"], withinMs: number): Promise<Status> {
    const what = `${this.name} becomes ${state}`;
    const began = now();
    await waitFor(`${what} by its log`, withinMs, () => loggedState(this.log()) === state);
    const left = withinMs - (now() - began);
    return this.sees(what, left, (status) => status.state === state);
  }

  /** Waits until the status fulfils a condition. */
  async sees(what: string, withinMs: number, holds: (status: Status) => boolean): Promise<Status> {
    let last: Status | null = null;
    try {
      return await waitFor(
        what,
        withinMs,
        async () => {
          last = await this.status();
          return holds(last) ? last : null;
        },
        25,
      );
    } catch (thrown) {
      writeFileSync(`${this.directory}/last-status.json`, JSON.stringify(last, null, 2));
      throw thrown;
    }
  }

  /** The kernel's IPVS table, read without starting a program. */
  table(): Table {
    return readTable(this.name);
  }

  /** The same over netlink: right for long tables too (ipvs-table.ts). */
  async longTable(): Promise<Table> {
    return parseSaved(await this.output("ipvsadm", "-Sn"));
  }

  /** The same as ipvsadm(8) prints it. */
  printedTable(): Promise<string> {
    return this.output("ipvsadm", "-Ln");
  }

  /** Every event that the daemon has logged so far, over all its restarts. */
  events(): LvsdEvent[] {
    return loggedEvents(this.log());
  }

  log(): string {
    return logText(`${this.directory}/lvsd.log`);
  }

  /** See Covers: `script` in the place of a program, or none at all. */
  async replaceProgram(program: Program, script: string | null): Promise<void> {
    await this.#covers.replace(program, script, this.#child?.pid ?? null);
    this.#killPrograms(program);
  }

  async restoreProgram(program: Program): Promise<void> {
    await this.#covers.restore(program, this.#child?.pid ?? null);
    this.#killPrograms(program);
  }

  /** What runs already is killed, so that nobody keeps the old one. */
  #killPrograms(program: Program): void {
    const names = [program, `real-${program}`, `fake-${program}`, "sleep"];
    for (const pid of this.processes()) if (names.includes(commandOf(pid))) signal(pid, "SIGKILL");
  }

  /** Starts to record every line that lvsd writes to `ipvsadm --restore`. Before `start`. */
  async recordIpvsadm(): Promise<{ readonly lines: () => string[] }> {
    const record = `${this.directory}/ipvsadm-lines`;
    writeFileSync(record, "");
    const script = `#!/bin/sh
case "$1" in
  --restore | -R) tee -a ${record} | REAL "$@" ;;
  *) exec REAL "$@" ;;
esac
`;
    await this.replaceProgram("ipvsadm", script);
    return {
      lines: () =>
        readFileSync(record, "utf8")
          .split("\n")
          .filter((line) => line !== ""),
    };
  }

  /** Hands ipvsadm a table in the form of `ipvsadm -Sn`, as an administrator at the keyboard. */
  async ipvsadm(...lines: readonly string[]): Promise<void> {
    const argv = ["netns", "exec", this.name, "ipvsadm", "--restore"];
    await feed("ip", argv, `${lines.join("\n")}\n`);
  }

  /** Ends the daemon for good and frees what the lab holds for it. */
  async dispose(): Promise<void> {
    this.#wanted = false;
    if (this.powered) await this.killAll();
    await this.#supervised;
    this.#notify.close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  #request<Body>(method: string, path: string): Promise<Body> {
    return request(`${this.runDirectory}/lvsd.sock`, method, path);
  }
}
