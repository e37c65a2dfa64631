/** A control interface at a socket of its own, and raw bytes for it. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { controlClient } from "../../src/control/client.ts";
import { type ControlLimits, startControlServer } from "../../src/control/server.ts";
import { ScriptedDaemon } from "./scripted-daemon.ts";

export interface Serving {
  readonly daemon: ScriptedDaemon;
  readonly path: string;
  readonly warnings: string[];
}

export async function serve(
  t: TestContext,
  limits: Partial<ControlLimits> = {},
  userOf?: (socket: Socket) => number | null,
): Promise<Serving> {
  const directory = mkdtempSync(join(tmpdir(), "lvsd-control-"));
  const path = join(directory, "run", "lvsd.sock");
  const daemon = new ScriptedDaemon();
  const warnings: string[] = [];
  const server = await startControlServer({
    socketPath: path,
    controlled: daemon,
    warn: (text) => warnings.push(text),
    limits,
    ...(userOf === undefined ? {} : { userOf }),
  });
  t.after(async () => {
    await server.close();
    rmSync(directory, { recursive: true });
  });
  return { daemon, path, warnings };
}

/** Everything that the server says to raw bytes until it closes the connection. */
export function converse(path: string, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    let heard = "";
    const socket = connect(path, () => socket.write(bytes));
    socket.setEncoding("utf8");
    socket.on("data", (text) => {
      heard += text;
    });
    socket.on("error", () => socket.destroy());
    socket.on("close", () => resolve(heard));
  });
}

export const get = (target: string, method = "GET") =>
  `${method} ${target} HTTP/1.1\r\nhost: lvsd\r\nconnection: close\r\n\r\n`;

export const post = (target: string, body: string) =>
  `POST ${target} HTTP/1.1\r\nhost: lvsd\r\nconnection: close\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

export const statusOf = (heard: string): number => Number(heard.split(" ")[1]);

export const bodyOf = (heard: string): unknown =>
  JSON.parse(heard.slice(heard.indexOf("\r\n\r\n")));

/** Lets the event loop turn until something holds; the test's own time limit is the bound. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await turn();
}

export const alive = async ({ path }: Serving) =>
  assert.equal((await controlClient(path).status()).state, "active");
