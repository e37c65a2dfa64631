/**
 * Heartbeat's haresources: `NODE RESOURCE...`, resources as `TYPE::ARGUMENT[::ARGUMENT...]`, a bare
 * address being `IPaddr`. https://linux-ha.org/wiki/Haresources
 */
import { isIP } from "node:net";
import type { Findings, ForeignFile } from "../imported.ts";
import type { Origin } from "../outline.ts";

/** An address that one node holds. */
export interface Claim {
  readonly address: string;
  readonly length: number;
  /** Empty: none is named. */
  readonly device: string;
  readonly origin: Origin;
}

export interface Resources {
  /** The node that is preferred, by its name. */
  readonly node: string | null;
  readonly claims: readonly Claim[];
}

const line = /^[ \t]*[\w.-]+(?:[ \t]+[\w./-]+(?:::\S+)?)+[ \t]*$/;
const addressResource = /^(?:IPaddr2?|IPaddr)::(\S+)$/;

export function isHaresources(text: string): boolean {
  const joined = text.slice(0, 65_536).replaceAll(/\\\r?\n/g, " ");
  const lines = joined
    .split("\n")
    .filter((one) => one.trim() !== "" && !one.trim().startsWith("#"));
  return (
    lines.length > 0 &&
    lines.every((one) => line.test(one)) &&
    /IPaddr|ldirectord::|\d+\.\d+\.\d+\.\d+/.test(joined)
  );
}

export function readHaresources(file: ForeignFile, findings: Findings): Resources {
  const claims: Claim[] = [];
  let node: string | null = null;
  const text = file.text.replaceAll(/\\\r?\n/g, "  ");
  for (const [at, written] of text.split("\n").entries()) {
    const [first, ...resources] = written.replace(/#.*$/, "").trim().split(/\s+/);
    if (first === undefined || first === "") continue;
    const origin = { file: file.name, line: at + 1 };
    if (node !== null && node !== first)
      findings.add(
        "suspicious",
        origin,
        first,
        `resources prefer ${node} and ${first}: both routers serve; lvsd has one active router that holds all VIPs`,
      );
    node ??= first;
    for (const resource of resources) {
      const claim = claimOf(resource, origin);
      if (claim !== null) claims.push(claim);
      else if (/^LVSSyncDaemonSwap/.test(resource))
        findings.add(
          "left-out",
          origin,
          resource,
          "connection_sync: { device: DEVICE, id: ID } does that; both routers report connections",
        );
      else if (!/^ldirectord(?:$|::)/.test(resource))
        findings.add(
          "left-out",
          origin,
          resource,
          "what runs on the active router only: failover.services with start and stop commands",
        );
    }
  }
  return { node, claims };
}

/** `ADDRESS[/LENGTH[/DEVICE[/BROADCAST]]]`, bare or as IPaddr or IPaddr2. */
function claimOf(resource: string, origin: Origin): Claim | null {
  const written = addressResource.exec(resource)?.[1] ?? resource;
  const [address = "", length, device = ""] = written.split("/");
  const family = isIP(address);
  if (family === 0) return null;
  const bits = Number(length);
  const isLength =
    length !== undefined && Number.isInteger(bits) && bits <= (family === 6 ? 128 : 32);
  return {
    address,
    length: isLength ? bits : family === 6 ? 128 : 32,
    device: /^\d/.test(device) ? "" : device,
    origin,
  };
}
