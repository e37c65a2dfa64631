/**
 * Server programs of Debian as ordinary processes of a test: own directory, own configuration, free
 * ports of loopback. Everything that they started ends with the test.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { freeze } from "./frozen.ts";

/** A directory of the test, which the programs' own users may enter. */
export function place(context: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), "lvsd-server-"));
  chmodSync(directory, 0o755);
  context.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Ports of loopback that were free a moment ago. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const server = createServer();
          server.listen(0, "127.0.0.1", () => resolve(server));
        }),
    ),
  );
  return Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) => {
          const bound = server.address();
          const port = bound !== null && typeof bound === "object" ? bound.port : 0;
          server.close(() => resolve(port));
        }),
    ),
  );
}

/** A program under way. */
export interface Program {
  /** Stops it and its children where they are, until `go`. */
  hang(): Promise<void>;
  go(): void;
  /** Ends it and its children. Resolves when it has ended. */
  stop(): Promise<void>;
}

/** Starts it; resolves once something takes connections at `port` (TCP), or at once without one. */
export async function start(
  context: TestContext,
  command: string,
  args: readonly string[],
  options: { readonly port: number | null; readonly env?: Readonly<Record<string, string>> },
): Promise<Program> {
  let said = "";
  const child = spawn(command, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...options.env },
    detached: true,
  });
  const hear = (bytes: Buffer): void => {
    said = `${said}${bytes}`.slice(-4000);
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const program: Program = {
    hang: async () => {
      if (child.pid !== undefined) await freeze([child.pid, ...descendants(child.pid)]);
    },
    go: () => signal(child, "SIGCONT"),
    async stop() {
      const all = child.pid === undefined ? [] : descendants(child.pid);
      signal(child, "SIGKILL");
      await ended;
      // What it has started holds its sockets until it has ended as well.
      for (const pid of all)
        while (lives(pid)) await new Promise((resolve) => setImmediate(resolve));
    },
  };
  context.after(() => program.stop());
  if (options.port !== null) {
    const end = performance.now() + 30_000;
    while (!(await takesConnections(options.port))) {
      if (child.exitCode !== null || performance.now() > end)
        throw new Error(`${command} does not listen on port ${options.port}: ${said}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  return program;
}

const takesConnections = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    const end = (well: boolean): void => {
      socket.destroy();
      resolve(well);
    };
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
  });

/** To the program and whatever it has started, in sessions of their own or not. */
function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null) return;
  for (const pid of [child.pid, ...descendants(child.pid)])
    try {
      process.kill(pid, name);
    } catch {
      // ESRCH: it has ended meanwhile.
    }
}

/** Whether a process is there and no zombie (proc(5)). */
function lives(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "latin1"));
  } catch {
    return false;
  }
}

function descendants(of: number): number[] {
  const parents = new Map<number, number>();
  for (const entry of readdirSync("/proc").filter((name) => /^\d+$/.test(name)))
    try {
      // The fourth field, behind a name in parentheses that may hold anything (proc(5)).
      const stat = readFileSync(`/proc/${entry}/stat`, "latin1");
      parents.set(Number(entry), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
    } catch {
      // It has ended meanwhile.
    }
  const found: number[] = [];
  const next = [of];
  for (let pid = next.pop(); pid !== undefined; pid = next.pop())
    for (const [child, parent] of parents)
      if (parent === pid) next.push(found[found.push(child) - 1] ?? 0);
  return found;
}
