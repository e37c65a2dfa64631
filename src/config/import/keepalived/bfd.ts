/** keepalived's BFD instances as checks of type `bfd`: both are this end of a session. */
import type { Findings } from "../imported.ts";
import { MapNode } from "../outline.ts";
import { type Conversion, isAddress, numberOf, quoted } from "./conversion.ts";
import { allOf, lastOf, type Statement } from "./statements.ts";

/** By name. */
export const bfdInstancesOf = (top: readonly Statement[]): Conversion["bfd"] =>
  new Map(allOf(top, "bfd_instance").map((each) => [each.words[0] ?? "", each]));

/** Says which instances no check asks about. */
export function reportUnasked({ bfd, findings }: Conversion, top: readonly Statement[]): void {
  const asked = new Set(askedIn(top));
  for (const [name, { origin }] of bfd)
    if (!asked.has(name))
      findings.add("left-out", origin, `bfd_instance ${name}`, "no BFD_CHECK asks about it");
}

const askedIn = (statements: readonly Statement[]): readonly string[] =>
  statements.flatMap(({ keyword, block }) => {
    const inside = block ?? [];
    return keyword === "BFD_CHECK" ? (lastOf(inside, "name")?.words ?? []) : askedIn(inside);
  });

/** keepalived.conf(5), in ms. */
const intervalDefault = 10;
const idleDefault = 1000;
const multiplierDefault = 5;
/** lvsd's limits. */
const intervalMin = 10;
const intervalMax = 60_000;
const hopsMax = 254;

const read = new Set([
  "neighbor_ip",
  "neighbour_ip",
  "min_rx",
  "min_tx",
  "idle_tx",
  "multiplier",
  "passive",
  "max_hops",
  "ttl",
  "hoplimit",
  "checker",
]);

const unusedReasons: Readonly<Record<string, string>> = {
  source_ip: "packets leave from the address that the router's route to the real server has",
  weight: "it is for track_bfd",
  vrrp: "keepalived's BFD_CHECK hears nothing of such an instance; lvsd's check does",
};

/** The check of this real server that asks about an instance; null: there is none, which is said. */
export function bfdCheck(
  block: Statement,
  realServer: string,
  instances: Conversion["bfd"],
  findings: Findings,
): MapNode | null {
  const name = lastOf(block.block ?? [], "name")?.words[0] ?? "";
  const instance = instances.get(name);
  const inside = instance?.block ?? [];
  const neighbor = lastOf(inside, "neighbor_ip", "neighbour_ip");
  const [address = ""] = neighbor?.words ?? [];
  if (instance === undefined || neighbor === undefined || !isAddress(address)) {
    const what = instance === undefined ? "no bfd_instance is called so" : "no neighbor_ip";
    const text = `${quoted(name)}: ${what}; keepalived drops the check`;
    findings.add("suspicious", block.origin, block.keyword, text);
    return null;
  }
  const check = new MapNode().set("type", "bfd", block.origin);
  if (address !== realServer) check.set("address", address, neighbor.origin);
  for (const key of ["min_tx", "min_rx"] as const) {
    const given = lastOf(inside, key);
    check.set(key, `${interval(given, findings)}ms`, given?.origin ?? null);
  }
  const multiplier = lastOf(inside, "multiplier");
  const times = numberOf(multiplier, { min: 1, max: 255 }, findings) ?? multiplierDefault;
  check.set("multiplier", times, multiplier?.origin ?? null);
  const passive = lastOf(inside, "passive");
  if (passive !== undefined) check.set("passive", true, passive.origin);
  hops(check, inside, findings);
  reportUnused(name, inside, findings);
  return check;
}

/** Milliseconds, with fractions. */
function interval(given: Statement | undefined, findings: Findings): number {
  if (given === undefined) return intervalDefault;
  const [written = ""] = given.words;
  const length = /^\d{1,7}(?:\.\d{1,3})?$/.test(written) ? Number(written) : Number.NaN;
  if (length >= intervalMin && length <= intervalMax) return length;
  const used = Number.isNaN(length)
    ? intervalDefault
    : Math.min(intervalMax, Math.max(intervalMin, length));
  const text = `${quoted(written)}: lvsd takes ${intervalMin} ms to 1 min, and here ${used} ms`;
  findings.add("changed", given.origin, given.keyword, text);
  return used;
}

function hops(check: MapNode, inside: readonly Statement[], findings: Findings): void {
  const given = lastOf(inside, "max_hops");
  const most = numberOf(given, { min: 0, max: 255 }, findings) ?? 0;
  if (given === undefined || most === 0) return;
  check.set("max_hops", Math.min(most, hopsMax), given.origin);
  const text =
    "over routers keepalived stays at UDP port 3784 and lvsd is at 4784 (RFC 5883): the real server must be as well";
  findings.add("changed", given.origin, "max_hops", text);
}

function reportUnused(name: string, inside: readonly Statement[], findings: Findings): void {
  const subject = (keyword: string): string => `bfd_instance ${name}: ${keyword}`;
  for (const { keyword, origin, words } of inside) {
    const [value = ""] = words;
    if (keyword === "idle_tx" && Number(value) !== idleDefault)
      findings.add("changed", origin, subject(keyword), "lvsd sends once a second until it is up");
    if (["ttl", "hoplimit"].includes(keyword) && value !== "255")
      findings.add("changed", origin, subject(keyword), "packets leave with 255 (RFC 5881)");
    if (!read.has(keyword))
      findings.add(
        "left-out",
        origin,
        subject(keyword),
        unusedReasons[keyword] ?? "a check has no counterpart of it",
      );
  }
}
