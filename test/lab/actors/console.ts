/** A router's console, on the lab's own machine: a process that has the control socket alone. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { password, Visitor } from "../../console/visitor.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import type { Lab } from "../lab.ts";
import type { Router } from "./router.ts";

/** Patience, not a goal: it gives way to everything else that runs. */
const startsWithinMs = 120_000;
const unitFile = new URL("../../../systemd/lvsd-console.service", import.meta.url);
const niceOfUnit = /^Nice=(\d+)$/m.exec(readFileSync(unitFile, "utf8"))?.[1] ?? "0";

/** As its unit says, it gives way to the daemon; a guest's one processor has the clock for that. */
export type ConsoleManner = "as the lab" | "as its unit";

export class RunningConsole {
  readonly url: string;
  readonly #lab: Lab;
  readonly #router: Router;
  readonly #command: readonly string[];
  #child: ChildProcess | null = null;

  constructor(lab: Lab, router: Router, port: number, how: ConsoleManner) {
    this.#lab = lab;
    this.#router = router;
    this.url = `http://127.0.0.1:${port}`;
    this.#command = [
      ...(how === "as its unit" ? ["nice", "-n", niceOfUnit] : []),
      lvsdOf(lab),
      "console",
      "--run-dir",
      router.runDirectory,
      "--state-dir",
      stateDirectory(router),
      "--listen",
      "127.0.0.1",
      "--port",
      `${port}`,
    ];
    lab.endWith(() => this.stop());
  }

  /** Returns when it answers. */
  async start(): Promise<void> {
    const file = `${this.#router.directory}/console.log`;
    const log = openSync(file, "a");
    const [command = "", ...args] = this.#command;
    const child = spawn(command, args, { stdio: ["ignore", log, log] });
    this.#child = child;
    const visitor = new Visitor(this.url);
    await waitFor(`the console of ${this.#router.name} answers`, startsWithinMs, async () => {
      if (child.exitCode !== null) return `it ended: ${readFileSync(file, "utf8").slice(-400)}`;
      const { status } = await visitor.get("/login");
      return status === 200;
    }).then((answer) => expect(answer === true, `the console goes on running; ${answer}`));
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null) return;
    child.kill("SIGTERM");
    for (let wait = 0; child.exitCode === null && wait < 200; wait += 1) await sleep(10);
    child.kill("SIGKILL");
  }

  /** The most memory that it ever had, in MiB (proc_pid_status(5), VmHWM). */
  mostMemoryMiB(): number {
    const status = readFileSync(`/proc/${this.#child?.pid}/status`, "utf8");
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
  }

  async visitorAs(user: string): Promise<Visitor> {
    const visitor = new Visitor(this.url);
    const { status } = await visitor.login(user);
    expect(status === 303, `${user} logs in at ${this.#router.name}: ${status}`);
    return visitor;
  }

  /** Makes a user, whose password is everyone's in these tests. */
  addUser(name: string, ...options: readonly string[]): void {
    const where = ["--state-dir", stateDirectory(this.#router)];
    const input = `${password}\n`;
    const made = spawnSync(lvsdOf(this.#lab), ["passwd", name, ...where, ...options], { input });
    expect(made.status === 0, `lvsd passwd makes ${name}: ${made.stderr}`);
  }
}

const lvsdOf = (lab: Lab): string => `${lab.surroundings.project}/bin/lvsd`;
const stateDirectory = (router: Router): string => `${router.directory}/console`;

/** Starts one with the user `admin`. */
export async function startConsole(
  lab: Lab,
  router: Router,
  port: number,
  how: ConsoleManner = "as the lab",
): Promise<RunningConsole> {
  const directory = stateDirectory(router);
  if (!existsSync(directory)) mkdirSync(directory, { mode: 0o750 });
  const running = new RunningConsole(lab, router, port, how);
  running.addUser("admin");
  await running.start();
  return running;
}

/** The same, and the visitor that has logged in. */
export async function visitConsole(lab: Lab, router: Router, port: number): Promise<Visitor> {
  return (await startConsole(lab, router, port)).visitorAs("admin");
}
