/**
 * What Heartbeat's ha.cf and haresources or Pacemaker's cib.xml say of the routers and of the
 * addresses that move between them. Routers and heartbeat are written here.
 */
import { parseAddress } from "../../model/address.ts";
import { type Cib, isCib, readCib } from "./heartbeat/cib.ts";
import { type HaCf, isHaCf, readHaCf } from "./heartbeat/ha-cf.ts";
import { type Claim, isHaresources, readHaresources } from "./heartbeat/haresources.ts";
import type { Findings, ForeignFile, ImportOptions } from "./imported.ts";
import { MapNode, Missing } from "./outline.ts";
import { type Surroundings, surroundingsOf } from "./surroundings.ts";

export interface Claims {
  /** The files of the site that are none of these; with the floating addresses in it. */
  readonly around: Surroundings;
  /** Addresses that Heartbeat or Pacemaker moves between the nodes. */
  readonly floating: readonly Claim[];
  readonly haCf: HaCf | null;
  readonly isSticky: boolean | null;
  /** The nodes by name, the preferred one first. */
  readonly nodes: readonly string[];
}

/** Whether a text is Heartbeat's or Pacemaker's. */
export const isHeartbeat = (text: string): boolean =>
  isHaCf(text) || isCib(text) || isHaresources(text);

export function claimsOf(files: readonly ForeignFile[], findings: Findings): Claims {
  const floating: Claim[] = [];
  const rest: ForeignFile[] = [];
  let haCf: HaCf | null = null;
  let cib: Cib | null = null;
  let preferred: string | null = null;
  for (const file of files) {
    if (isCib(file.text)) {
      cib = readCib(file, findings);
      floating.push(...cib.claims);
    } else if (isHaCf(file.text)) haCf = readHaCf(file, findings);
    else if (isHaresources(file.text)) {
      const resources = readHaresources(file, findings);
      floating.push(...resources.claims);
      preferred ??= resources.node;
    } else rest.push(file);
  }
  const around = surroundingsOf(rest, findings);
  const addresses = new Map(around.addresses);
  for (const { address, length, device } of floating) {
    const parsed = parseAddress(address);
    if (parsed !== null) addresses.set(parsed, { length, device });
  }
  const named = haCf?.nodes ?? cib?.nodes ?? [];
  const first = named.filter((name) => name === preferred);
  const nodes = [...first, ...named.filter((name) => name !== preferred)];
  const isSticky = cib?.isSticky ?? null;
  return { around: { ...around, addresses }, floating, haCf, isSticky, nodes };
}

/** As an entry of `vips`. */
export function vipOf({ address, length, device }: Claim): MapNode {
  const vip = new MapNode("flow").set("address", `${address}/${length}`);
  return device === "" ? vip : vip.set("device", device);
}

/** Routers, heartbeat and failback. */
export function withRouters(root: MapNode, claims: Claims, options: ImportOptions): void {
  const map = root.map("routers");
  const { haCf } = claims;
  const [first, second] = claims.nodes;
  const names = { primary: first, backup: second };
  for (const role of ["primary", "backup"] as const) {
    const given = options[role];
    if (given !== null) {
      const router = map.map(role, null, "flow").set("public", given.public);
      if (given.private !== null) router.set("private", given.private);
    } else if (role === "primary" || haCf !== null || second !== undefined) {
      const peer = haCf?.peers[0]?.address;
      const known = peer === undefined ? "" : `; a ucast line names ${peer}`;
      const name = names[role] === undefined ? "" : ` (${names[role]})`;
      map
        .map(role)
        .set("public", new Missing("router", `the ${role} router's own address${name}${known}`));
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
  const dead = Math.min(Math.max(deadtime?.seconds || 30, 2 * interval), 600);
  map.set("interval", text(interval), keepalive?.origin ?? null, "lvsd's default is 250ms");
  map.set("dead_after", text(dead), deadtime?.origin ?? null, "lvsd's default is 1s");
  if (warntime !== null && warntime.seconds >= interval && warntime.seconds <= dead)
    map.set("warn_after", text(warntime.seconds), warntime.origin);
  if (port !== null && Number.isInteger(port) && port > 0) map.set("port", port);
}

const text = (seconds: number): string =>
  Number.isInteger(seconds) ? `${seconds}s` : `${Math.round(seconds * 1000)}ms`;
