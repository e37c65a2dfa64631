/**
 * A console with a daemon behind it whose answers are written here, and a visitor with cookies.
 * The console, its sockets and its files are real; the daemon is test/control/scripted-daemon.ts, since the
 * true one needs two routers, a kernel with IPVS and root.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { Console, type ConsoleOptions } from "../../src/console/console.ts";
import { hashPassword } from "../../src/console/users/password.ts";
import type { User } from "../../src/console/users/user.ts";
import { UsersFile } from "../../src/console/users/users-file.ts";
import type { Controlled } from "../../src/control/requests.ts";
import { startControlServer } from "../../src/control/server.ts";
import { peerUser } from "../../src/system/net/peer-user.ts";
import { ScriptedDaemon } from "../control/scripted-daemon.ts";
import { password, Visitor } from "./visitor.ts";

/** Cheap to compute: what it costs is tested elsewhere. */
const cheap = { logN: 4, blockSize: 8, parallel: 1 };

export const admin = { name: "admin", role: "operator", virtualServers: null } as const;
export const reader = { name: "reader", role: "read-only", virtualServers: null } as const;
export const webOnly = { name: "webonly", role: "operator", virtualServers: ["web"] } as const;

export interface Served {
  readonly console: Console;
  readonly daemon: ScriptedDaemon;
  readonly url: string;
  readonly users: UsersFile;
  readonly stateDir: string;
  readonly logged: string[];
  /** Ends the daemon, whose socket is gone then. */
  readonly daemonEnds: () => Promise<void>;
}

export interface Serving extends Partial<Pick<ConsoleOptions, "assets" | "requestMs">> {
  readonly users?: readonly Pick<User, "name" | "role" | "virtualServers">[];
  /** What the daemon is to have before the console first asks. */
  readonly prepare?: (daemon: ScriptedDaemon) => void;
  /** What the written daemon's answers become on their way. */
  readonly poison?: (daemon: Controlled) => Controlled;
  /** A true daemon in place of the written one. */
  readonly controlled?: Controlled;
  /** False: no daemon has ever been there. */
  readonly daemon?: boolean;
}

/** `after`: what ends it all; `t.after` of a test. */
export async function serveConsole(
  t: Pick<TestContext, "after">,
  serving: Serving = {},
): Promise<Served> {
  const { users = [admin, reader, webOnly], daemon: hasDaemon = true, assets = null } = serving;
  const directory = mkdtempSync(join(tmpdir(), "lvsd-console-"));
  const socketPath = join(directory, "run", "lvsd.sock");
  const stateDir = join(directory, "state");
  mkdirSync(stateDir, { mode: 0o750 });
  const file = new UsersFile(stateDir);
  const stored = await hashPassword(password, cheap);
  for (const user of users)
    file.put({ ...user, password: stored, changed: "2026-01-01T00:00:00Z" });
  const daemon = new ScriptedDaemon();
  serving.prepare?.(daemon);
  const controlled = serving.controlled ?? serving.poison?.(daemon) ?? daemon;
  const server = hasDaemon
    ? await startControlServer({
        socketPath,
        controlled,
        warn: () => {},
        userOf: peerUser,
      })
    : null;
  const logged: string[] = [];
  const console = new Console({
    socketPath,
    stateDir,
    assets: assets ?? join(directory, "no-assets"),
    fixed: { listen: "127.0.0.1", port: 0 },
    ...(serving.requestMs === undefined ? {} : { requestMs: serving.requestMs }),
    log: (severity, text) => logged.push(`${severity}: ${text}`),
  });
  await console.start();
  t.after(async () => {
    await console.stop();
    await server?.close();
    rmSync(directory, { recursive: true });
  });
  return {
    console,
    daemon,
    users: file,
    stateDir,
    logged,
    url: console.url ?? "",
    daemonEnds: async () => server?.close(),
  };
}

/** A visitor who is logged in. */
export async function visitorAs(served: Served, user: string): Promise<Visitor> {
  const visitor = new Visitor(served.url);
  const { status, location } = await visitor.login(user);
  if (status !== 303 || location === null) throw new Error(`${user} cannot log in: ${status}`);
  return visitor;
}
