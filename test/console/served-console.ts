/**
 * A console with a daemon behind it whose answers are written here, and a visitor with cookies.
 * The console, its sockets and its files are real; the daemon is test/control/sample.ts, since the
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
import { ScriptedDaemon } from "../control/sample.ts";

/** Every user's in these tests. */
export const password = "correct horse battery";
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

export interface Serving extends Partial<Pick<ConsoleOptions, "assets">> {
  readonly users?: readonly Pick<User, "name" | "role" | "virtualServers">[];
  /** What the daemon is to have before the console first asks. */
  readonly prepare?: (daemon: ScriptedDaemon) => void;
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
  const server = hasDaemon
    ? await startControlServer({
        ...{ socketPath, controlled: serving.controlled ?? daemon, warn: () => {} },
        userOf: peerUser,
      })
    : null;
  const logged: string[] = [];
  const console = new Console({
    ...{ socketPath, stateDir, assets: assets ?? join(directory, "no-assets") },
    fixed: { listen: "127.0.0.1", port: 0 },
    log: (severity, text) => logged.push(`${severity}: ${text}`),
  });
  await console.start();
  t.after(async () => {
    await console.stop();
    await server?.close();
    rmSync(directory, { recursive: true });
  });
  return {
    ...{ console, daemon, users: file, stateDir, logged },
    url: console.url ?? "",
    daemonEnds: async () => server?.close(),
  };
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
  readonly location: string | null;
}

/** Keeps cookies, follows nothing, and sends what it is given. */
export class Visitor {
  readonly url: string;
  readonly cookies = new Map<string, string>();
  language = "en";

  constructor(url: string) {
    this.url = url;
  }

  get(path: string): Promise<Answer> {
    return this.#ask(path, { method: "GET" });
  }

  /** Sends a form as a browser does that says nothing of where the form was. */
  post(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    return this.#ask(path, { method: "POST", body: new URLSearchParams(fields), headers });
  }

  /** The token in the forms of a page. */
  async tokenOf(path: string): Promise<string> {
    return tokenIn((await this.get(path)).text);
  }

  /** Sends a form of a page with its token. */
  async submit(page: string, path: string, fields: Readonly<Record<string, string>> = {}) {
    return this.post(path, { ...fields, token: await this.tokenOf(page) });
  }

  login(user: string, word = password): Promise<Answer> {
    return this.submit("/login", "/login", { user, password: word });
  }

  async #ask(path: string, init: RequestInit): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { "accept-language": this.language, cookie, ...init.headers };
    const response = await fetch(new URL(path, this.url), { ...init, headers, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/Expires=Thu, 01 Jan 1970/.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, decodeURIComponent(value));
    }
    const text = await response.text();
    const location = response.headers.get("location");
    return { status: response.status, text, headers: response.headers, location };
  }
}

export const tokenIn = (page: string): string =>
  /name="token" value="([^"]+)"/.exec(page)?.[1] ?? "none";

/** A visitor who is logged in. */
export async function visitorAs(served: Served, user: string): Promise<Visitor> {
  const visitor = new Visitor(served.url);
  const { status, location } = await visitor.login(user);
  if (status !== 303 || location === null) throw new Error(`${user} cannot log in: ${status}`);
  return visitor;
}
