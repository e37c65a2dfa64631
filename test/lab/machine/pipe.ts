/**
 * Programs that the scenario tells what to do: an `ip -batch` kept open, and programs run once.
 *
 * Starting a program costs 30 ms in the guest, a line to a running `ip` 0.3 ms: a power-off must
 * take all of a router's interfaces away at one moment.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** Runs a program to its end; its standard output. Throws with its standard error. */
export async function output(program: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await execute(program, [...args], { maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}

/** Runs a program with `input` on its standard input; throws unless it ends with status 0. */
export function feed(program: string, args: readonly string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], { stdio: ["pipe", "pipe", "pipe"] });
    let said = "";
    child.stdout.on("data", (bytes: Buffer) => {
      said += bytes.toString();
    });
    child.stderr.on("data", (bytes: Buffer) => {
      said += bytes.toString();
    });
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve(said);
      else reject(new Error(`${program} ${args.join(" ")}: status ${code}: ${said.trim()}`));
    });
    child.stdin.end(input);
  });
}

/** An `ip -force -batch -` that stays open in one namespace. */
export class IpPipe {
  readonly #child: ChildProcess;
  /** What ip complained about: a fault that could not be injected must not go unnoticed. */
  readonly complaints: string[] = [];

  constructor(namespace: string) {
    this.#child = spawn("ip", ["-n", namespace, "-force", "-batch", "-"], {
      stdio: ["pipe", "ignore", "pipe"],
    });
    this.#child.stderr?.on("data", (bytes: Buffer) => this.complaints.push(bytes.toString()));
    this.#child.stdin?.on("error", () => this.complaints.push("ip ended"));
  }

  /** Hands the lines over in one write; the kernel has taken them a fraction of a ms later. */
  tell(...lines: readonly string[]): void {
    this.#child.stdin?.write(`${lines.join("\n")}\n`);
  }

  close(): void {
    this.#child.stdin?.end();
  }
}
