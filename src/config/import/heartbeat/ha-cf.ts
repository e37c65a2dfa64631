/** Heartbeat's ha.cf: nodes, paths, times, failback. https://linux-ha.org/wiki/Ha.cf */
import { isIP } from "node:net";
import type { Findings, ForeignFile } from "../imported.ts";
import type { Origin } from "../outline.ts";

export interface HaCf {
  readonly nodes: readonly string[];
  /** Addresses that `ucast` lines name: the peer's, as seen from the file's router. */
  readonly peers: readonly { readonly address: string; readonly origin: Origin }[];
  /** Seconds, with their lines. */
  readonly keepalive: Timed | null;
  readonly deadtime: Timed | null;
  readonly warntime: Timed | null;
  readonly port: number | null;
  readonly isFailback: boolean | null;
  readonly pings: readonly string[];
}

interface Timed {
  readonly seconds: number;
  readonly origin: Origin;
}

export function isHaCf(text: string): boolean {
  return (
    /^[ \t]*(?:keepalive|deadtime|auto_failback|ucast|bcast|mcast)[ \t]+\S/m.test(
      text.slice(0, 65_536),
    ) && /^[ \t]*node[ \t]+\S/m.test(text)
  );
}

const reasons: Readonly<Record<string, string>> = {
  bcast: "heartbeats go by unicast between the routers' own addresses",
  mcast: "heartbeats go by unicast",
  serial: "there is no heartbeat over serial lines",
  baud: "there is no heartbeat over serial lines",
  stonith: "a command under failover.fence cuts the peer off",
  stonith_host: "a command under failover.fence cuts the peer off",
  crm: "Pacemaker's cib.xml can be given as well",
  respawn: "lvsd starts no such programs",
  apiauth: "no counterpart",
  watchdog: "systemd's WatchdogSec in lvsd.service",
  compression: "no counterpart",
  initdead: "failover.start_delay; its default is short",
};
const harmless = [
  "debugfile",
  "logfile",
  "logfacility",
  "use_logd",
  "debug",
  "coredumps",
  "udpport",
  "traditional_compression",
];

export function readHaCf(file: ForeignFile, findings: Findings): HaCf {
  const nodes: string[] = [];
  const peers: { address: string; origin: Origin }[] = [];
  const pings: string[] = [];
  const times: Record<string, Timed> = {};
  let port: number | null = null;
  let isFailback: boolean | null = null;
  for (const [at, written] of file.text.split("\n").entries()) {
    const [key = "", ...words] = written.replace(/#.*$/, "").trim().split(/\s+/);
    const origin = { file: file.name, line: at + 1 };
    const [first = "", second = ""] = words;
    if (key === "") continue;
    if (key === "node") nodes.push(...words);
    else if (key === "ucast" && isIP(second) !== 0) peers.push({ address: second, origin });
    else if (key === "ping" || key === "ping_group")
      pings.push(...words.filter((word) => isIP(word) !== 0));
    else if (["keepalive", "deadtime", "warntime"].includes(key))
      times[key] = timed(key, first, origin, findings);
    else if (key === "udpport") port = portOf(first, origin, findings);
    else if (key === "auto_failback") {
      isFailback = first === "on" || first === "yes";
      if (first === "legacy") findings.add("changed", origin, key, "legacy: failback is manual");
    } else if (Object.hasOwn(reasons, key))
      findings.add("left-out", origin, [key, ...words].join(" "), reasons[key] ?? "");
    else if (!harmless.includes(key))
      findings.add("left-out", origin, key, "it has no counterpart");
  }
  const { keepalive = null, deadtime = null, warntime = null } = times;
  judgeTimes(keepalive?.seconds || 2, deadtime, warntime, findings);
  return { nodes, peers, keepalive, deadtime, warntime, port, isFailback, pings };
}

function timed(key: string, written: string, origin: Origin, findings: Findings): Timed {
  const seconds = secondsOf(written);
  if (seconds === 0)
    findings.add("suspicious", origin, key, `${JSON.stringify(written.slice(0, 40))} is no time`);
  return { seconds, origin };
}

function portOf(written: string, origin: Origin, findings: Findings): number | null {
  const port = /^\d{1,5}$/.test(written) ? Number(written) : 0;
  if (port >= 1 && port <= 65_535) return port;
  findings.add(
    "suspicious",
    origin,
    "udpport",
    `${JSON.stringify(written.slice(0, 40))} is no port`,
  );
  return null;
}

/** What claims.ts takes otherwise. */
function judgeTimes(
  interval: number,
  deadtime: Timed | null,
  warntime: Timed | null,
  findings: Findings,
): void {
  const dead = Math.max(deadtime?.seconds ?? 30, 2 * interval);
  if (deadtime !== null && deadtime.seconds > 0 && deadtime.seconds < 2 * interval) {
    const text = `${2 * interval}s: at least two intervals, or one lost heartbeat is a takeover`;
    findings.add("changed", deadtime.origin, "deadtime", text);
  }
  if (warntime !== null && (warntime.seconds < interval || warntime.seconds > dead)) {
    const text = "it does not lie between keepalive and deadtime: lvsd's own is taken";
    findings.add("left-out", warntime.origin, "warntime", text);
  }
}

/** `500ms`, `2s` or `2`; 0 where it is none of these. */
function secondsOf(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|us|s)?$/.exec(text);
  if (match === null) return 0;
  const unit = { ms: 0.001, us: 0.000_001, s: 1 }[match[2] ?? "s"] ?? 1;
  return Number(match[1]) * unit;
}
