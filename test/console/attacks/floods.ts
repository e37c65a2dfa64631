/** Much at once: passwords, connections, streams. Each says how those fared who meant no harm. */
import { connect, type Socket } from "node:net";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import type { Visitor } from "../visitor.ts";
import { tokenIn } from "../visitor.ts";
import { cookieOf, type Heard, send } from "./raw.ts";

export interface Fared {
  /** Answers to the attacker, counted by their status; 0: the connection was closed. */
  readonly statuses: ReadonlyMap<number, number>;
  /** The longest time in ms that a page took meanwhile. */
  readonly slowestMs: number;
}

/** One more with this status. */
const counted = (statuses: Map<number, number>, status: number): void => {
  statuses.set(status, (statuses.get(status) ?? 0) + 1);
};

/** Between two looks of one person, of whom the console takes twenty requests a second. */
const lookMs = 80;

/** Looks at a page again and again until `over`. */
async function slowest(visitor: Visitor, over: Promise<unknown>): Promise<number> {
  let longest = 0;
  let ended = false;
  const end = (): void => {
    ended = true;
  };
  over.then(end, end);
  do {
    const began = performance.now();
    const { status } = await visitor.get("/control");
    if (status !== 200) throw new Error(`/control has status ${status} meanwhile`);
    longest = Math.max(longest, performance.now() - began);
    await sleep(lookMs);
  } while (!ended);
  return longest;
}

/** A login form with its cookie, as each host has one. */
async function formOf(url: string, from: string): Promise<{ cookie: string; token: string }> {
  const { headers, text } = await send(url, "/login", { from });
  const cookie = [headers["set-cookie"] ?? []].flat().map((line) => line.replace(/;.*$/, ""));
  return { cookie: cookie.join("; "), token: tokenIn(text) };
}

/** Wrong passwords for `user` from so many hosts at once, `each` of each. */
export async function guessPasswords(
  visitor: Visitor,
  { hosts, each, user }: { readonly hosts: number; readonly each: number; readonly user: string },
): Promise<Fared> {
  const statuses = new Map<number, number>();
  const { url } = visitor;
  const guess = async (host: number): Promise<void> => {
    const from = `127.0.1.${host + 1}`;
    const { cookie, token } = await formOf(url, from);
    const all = Array.from({ length: each }, (_, at): Promise<Pick<Heard, "status">> => {
      const body = new URLSearchParams({ token, user, password: `guess ${host} ${at}` }).toString();
      const sent = send(url, "/login", { method: "POST", from, headers: { cookie }, body });
      return sent.catch(() => ({ status: 0 }));
    });
    for (const { status } of await Promise.all(all)) counted(statuses, status);
  };
  const all = Promise.all(Array.from({ length: hosts }, (_, host) => guess(host)));
  const slowestMs = await slowest(visitor, all);
  await all;
  return { statuses, slowestMs };
}

/** Connections of one host that say nothing or half of something; a page is asked for meanwhile. */
export async function holdConnections(visitor: Visitor, count: number): Promise<Fared> {
  const statuses = new Map<number, number>();
  const { hostname, port } = new URL(visitor.url);
  const heads = [
    "",
    "GET / HTTP/1.1\r\nhost: x\r\nx: ",
    "POST /login HTTP/1.1\r\ncontent-length: 9\r\n",
  ];
  const open: Socket[] = [];
  const opened = Array.from(
    { length: count },
    (_, at) =>
      new Promise<void>((resolve) => {
        const socket = connect({ host: hostname, port: Number(port), localAddress: "127.0.2.1" });
        open.push(socket);
        socket.once("connect", () => {
          socket.write(heads[at % heads.length] ?? "");
          resolve();
        });
        socket.on("error", () => resolve());
        // Those that were turned away.
        socket.on("close", () => counted(statuses, 0));
      }),
  );
  await Promise.all(opened);
  const slowestMs = await slowest(visitor, Promise.resolve());
  for (const socket of open) socket.destroy();
  return { statuses, slowestMs };
}

/** Streams of one user in many sessions, none of which is read. */
export async function holdStreams(
  sessions: readonly Visitor[],
  each: number,
): Promise<{ readonly end: () => void; readonly opened: number }> {
  const open: Socket[] = [];
  let opened = 0;
  for (const visitor of sessions)
    for (let at = 0; at < each; at += 1) {
      const { port } = new URL(visitor.url);
      const head = `GET /control/live HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: ${cookieOf(visitor)}\r\n\r\n`;
      await new Promise<void>((resolve, reject) => {
        const socket = connect(Number(port), "127.0.0.1", () => socket.write(head));
        open.push(socket);
        socket.on("error", reject);
        socket.once("data", (bytes: Buffer) => {
          if (bytes.toString().startsWith("HTTP/1.1 200")) opened += 1;
          socket.pause();
          resolve();
        });
      });
    }
  const end = (): void => {
    for (const socket of open) socket.destroy();
  };
  return { end, opened };
}
