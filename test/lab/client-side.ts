/**
 * The client's thread: opens a new connection every few ms, keeps long-lived ones, remembers.
 *
 * TCP: `GET / HTTP/1.0`, and the answer's first body line names the real server. The client closes
 * by reset, so that no TIME_WAIT and no port shortage distorts the figures. UDP: one datagram from
 * a new socket, the answer names the real server.
 */
import dgram from "node:dgram";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { workerData } from "node:worker_threads";
import { now } from "./clock.ts";
import { judge, type Stall, type Try } from "./outage.ts";
import { serveQuestions } from "./resident-side.ts";

export interface ClientOptions {
  readonly address: string;
  readonly port: number;
  readonly protocol: "tcp" | "udp";
  /** Between the starts of two tries. */
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Long-lived connections that say a line every `holdIntervalMs` and expect it back. */
  readonly held: number;
  readonly holdIntervalMs: number;
  /** A held connection counts as broken when it is closed, reset, or silent for this long. */
  readonly silenceMaxMs: number;
}

export interface HeldReport {
  readonly open: number;
  readonly broken: number;
  /** Open ones whose last line has not been answered yet. */
  readonly quiet: number;
  readonly byServer: Readonly<Record<string, number>>;
}

export type ClientQuestion =
  | {
      readonly kind: "report";
      readonly from: number;
      readonly until: number;
      readonly settle: boolean;
    }
  | { readonly kind: "served"; readonly spanMs: number }
  | { readonly kind: "held" }
  | { readonly kind: "stop" };

const options = workerData as ClientOptions;
const tries: Try[] = [];
/** The rhythm below runs every few ms; what is longer than this is not the timer's granularity. */
const stallMinMs = 12;
const stalls: Stall[] = [];
/** Tries under way and when they started. */
const underWay = new Map<() => void, number>();

const failureNames: Readonly<Record<string, string>> = {
  ECONNREFUSED: "refused",
  ECONNRESET: "reset",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
};

function tryTcp(): void {
  const started = now();
  const socket = net.connect({ host: options.address, port: options.port });
  let heard = "";
  const finish = (failure: string | null): void => {
    if (!underWay.delete(abort)) return;
    clearTimeout(timer);
    const server = failure === null ? (heard.trimEnd().split("\n").at(-1) ?? "?") : null;
    tries.push({ started, ended: now(), server, failure });
    socket.resetAndDestroy();
  };
  const abort = (): void => finish("timeout");
  const timer = setTimeout(abort, options.timeoutMs);
  underWay.set(abort, started);
  socket.setNoDelay(true);
  socket.on("connect", () => socket.write("GET / HTTP/1.0\r\nHost: lab\r\n\r\n"));
  socket.on("data", (bytes: Buffer) => {
    heard += bytes.toString("latin1");
    // Everything that a lab server answers fits one segment and ends with a line end.
    if (/\r?\n\r?\n[^\n]+\n$/.test(heard)) finish(null);
  });
  socket.on("end", () => finish(heard === "" ? "closed" : null));
  socket.on("error", (error: NodeJS.ErrnoException) =>
    finish(failureNames[error.code ?? ""] ?? error.code ?? "error"),
  );
}

function tryUdp(): void {
  const started = now();
  const socket = dgram.createSocket(options.address.includes(":") ? "udp6" : "udp4");
  const finish = (server: string | null, failure: string | null): void => {
    if (!underWay.delete(abort)) return;
    clearTimeout(timer);
    tries.push({ started, ended: now(), server, failure });
    socket.close();
  };
  const abort = (): void => finish(null, "timeout");
  const timer = setTimeout(abort, options.timeoutMs);
  underWay.set(abort, started);
  socket.on("message", (bytes) => finish(bytes.toString().trim(), null));
  socket.on("error", () => finish(null, "error"));
  socket.send("who\n", options.port, options.address);
}

interface Held {
  server: string | null;
  broken: boolean;
  lastHeard: number;
}

const held: Held[] = [];

function hold(): void {
  const entry: Held = { server: null, broken: false, lastHeard: now() };
  held.push(entry);
  const socket = net.connect({ host: options.address, port: options.port });
  const speak = setInterval(() => {
    if (now() - entry.lastHeard > options.silenceMaxMs) fail();
    else if (entry.server !== null) socket.write("again\n");
  }, options.holdIntervalMs);
  const fail = (): void => {
    entry.broken = true;
    clearInterval(speak);
    socket.destroy();
  };
  socket.on("connect", () => socket.write("hold\n"));
  socket.on("data", (bytes: Buffer) => {
    entry.lastHeard = now();
    entry.server ??= bytes.toString().trim();
  });
  socket.on("close", fail);
  socket.on("error", fail);
}

/** Each at a time of its own: clients know nothing of each other, and their lines come evenly. */
for (let index = 0; index < options.held; index++)
  setTimeout(hold, (index * options.holdIntervalMs) / options.held);

/** Tries start on a fixed grid; what a late timer missed is made up for, so that none is left out. */
let due = now();
let ranAt = now();
const rhythm = setInterval(
  () => {
    const at = now();
    if (at - ranAt > stallMinMs) stalls.push({ from: ranAt, until: at });
    ranAt = at;
    for (let burst = 0; due <= now() && burst < 4; burst++) {
      due += options.intervalMs;
      if (options.protocol === "tcp") tryTcp();
      else tryUdp();
    }
    due = Math.max(due, now() - options.intervalMs);
  },
  Math.max(1, Math.floor(options.intervalMs / 2)),
);

/** A try that is older and still unanswered speaks against a healthy service. */
const slowMs = 100;

/** How many tries of the last `spanMs` were served; 0 as soon as one failed or is slow. */
function servedFor(spanMs: number): number {
  const from = now() - spanMs;
  const recent = tries.filter((each) => each.started >= from);
  const slow = [...underWay.values()].some((at) => at >= from && at < now() - slowMs);
  return slow || recent.some((each) => each.failure !== null) ? 0 : recent.length;
}

serveQuestions(async (question) => {
  const asked = question as ClientQuestion;
  if (asked.kind === "report") {
    while ([...underWay.values()].some((started) => started < asked.until)) await sleep(10);
    return judge(tries, stalls, asked.from, asked.until);
  }
  if (asked.kind === "served") return servedFor(asked.spanMs);
  if (asked.kind === "stop") {
    clearInterval(rhythm);
    return true;
  }
  const open = held.filter((entry) => !entry.broken && entry.server !== null);
  const byServer: Record<string, number> = {};
  for (const { server } of open) byServer[server ?? "?"] = (byServer[server ?? "?"] ?? 0) + 1;
  const quietFrom = now() - 2 * options.holdIntervalMs;
  return {
    open: open.length,
    broken: held.length - open.length,
    quiet: open.filter((entry) => entry.lastHeard < quietFrom).length,
    byServer,
  } satisfies HeldReport;
});
