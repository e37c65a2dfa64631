/**
 * What files beside the one that is imported say of addresses: Heartbeat's ha.cf and haresources,
 * Pacemaker's cib.xml, the text of `ip addr`, ifcfg files. Routers and heartbeat are written here.
 */
import { isIP } from "node:net";
import { type Cib, isCib, readCib } from "./heartbeat/cib.ts";
import { type HaCf, isHaCf, readHaCf } from "./heartbeat/ha-cf.ts";
import { type Claim, isHaresources, readHaresources } from "./heartbeat/haresources.ts";
import type { Findings, ForeignFile, ImportOptions } from "./imported.ts";
import { type MapNode, Missing } from "./outline.ts";

export interface Claims {
  /** Prefix length and device of an address, as far as a file says. */
  readonly vips: ReadonlyMap<string, Pick<Claim, "length" | "device">>;
  /** Addresses that Heartbeat or Pacemaker moves between the nodes. */
  readonly floating: readonly Claim[];
  readonly haCf: HaCf | null;
  readonly isSticky: boolean | null;
}

/** Whether a text is Heartbeat's or Pacemaker's. */
export const isHeartbeat = (text: string): boolean =>
  isHaCf(text) || isCib(text) || isHaresources(text);

export function claimsOf(files: readonly ForeignFile[], findings: Findings): Claims {
  const floating: Claim[] = [];
  const vips = new Map<string, { length: number; device: string }>();
  let haCf: HaCf | null = null;
  let cib: Cib | null = null;
  for (const file of files) {
    if (isCib(file.text)) {
      cib = readCib(file, findings);
      floating.push(...cib.claims);
    } else if (isHaCf(file.text)) haCf = readHaCf(file, findings);
    else if (isHaresources(file.text)) floating.push(...readHaresources(file, findings).claims);
    else if (!addressesIn(file.text, vips))
      findings.add(
        "left-out",
        { file: file.name, line: 1 },
        file.name,
        "not recognised; nothing of it is read",
      );
  }
  for (const { address, length, device } of floating) vips.set(address, { length, device });
  return { vips, floating, haCf, isSticky: cib?.isSticky ?? null };
}

/** `ip addr` text and ifcfg files. */
function addressesIn(text: string, vips: Map<string, { length: number; device: string }>): boolean {
  const before = vips.size;
  for (const match of text.matchAll(/^\s+inet6? ([0-9a-fA-F.:]+)\/(\d{1,3})\b.*?(?:\s(\S+))?$/gm)) {
    const [, address = "", length, device = ""] = match;
    if (isIP(address) !== 0)
      vips.set(address, {
        length: Number(length),
        device: /^(?:forever|noprefixroute|dynamic)$/.test(device) ? "" : device,
      });
  }
  const value = (key: string): string | undefined =>
    new RegExp(`^\\s*${key}=["']?([^"'\\s]+)`, "m").exec(text)?.[1];
  const address = value("IPADDR");
  if (address !== undefined && isIP(address) === 4) {
    const mask = value("NETMASK")
      ?.split(".")
      .map((part) => Number(part).toString(2).padStart(8, "0"))
      .join("");
    const length = Number(value("PREFIX") ?? mask?.indexOf("0") ?? 32);
    vips.set(address, { length: length >= 0 ? length : 32, device: value("DEVICE") ?? "" });
  }
  return vips.size > before;
}

/** Routers, heartbeat and failback. */
export function withRouters(root: MapNode, claims: Claims, options: ImportOptions): void {
  const map = root.map("routers");
  const { haCf } = claims;
  const [first, second] = haCf?.nodes ?? [];
  const names = { primary: first, backup: second };
  for (const role of ["primary", "backup"] as const) {
    const given = options[role];
    if (given !== null) {
      const router = map.map(role, null, "flow").set("public", given.public);
      if (given.private !== null) router.set("private", given.private);
    } else if (role === "primary" || haCf !== null) {
      const peer = haCf?.peers[0]?.address;
      const known = peer === undefined ? "" : `; a ucast line names ${peer}`;
      const name = names[role] === undefined ? "" : ` (${names[role]})`;
      map.map(role).set("public", new Missing(`the ${role} router's own address${name}${known}`));
    }
  }
  if (haCf !== null) heartbeat(root, haCf);
  const isFailback = haCf?.isFailback ?? (claims.isSticky === null ? null : !claims.isSticky);
  if (isFailback !== null) root.map("failover").set("failback", isFailback ? "auto" : "manual");
  if (haCf !== null && haCf.pings.length > 0) root.map("failover").set("gateway", haCf.pings);
}

function heartbeat(root: MapNode, { keepalive, deadtime, warntime, port }: HaCf): void {
  const map = root.map("heartbeat");
  const interval =
    keepalive === null || keepalive.seconds <= 0
      ? 2
      : Math.min(Math.max(keepalive.seconds, 0.01), 60);
  const dead = Math.max(deadtime?.seconds ?? 30, 2 * interval);
  map.set("interval", text(interval), keepalive?.origin ?? null, "lvsd's default is 250ms");
  map.set("dead_after", text(dead), deadtime?.origin ?? null, "lvsd's default is 1s");
  if (warntime !== null && warntime.seconds >= interval && warntime.seconds <= dead)
    map.set("warn_after", text(warntime.seconds), warntime.origin);
  if (port !== null && Number.isInteger(port) && port > 0) map.set("port", port);
}

const text = (seconds: number): string =>
  Number.isInteger(seconds) ? `${seconds}s` : `${Math.round(seconds * 1000)}ms`;
