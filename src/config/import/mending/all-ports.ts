/**
 * All ports of an address (port 0 in the table) next to services on single ports of it. IPVS asks
 * for the exact port first (ip_vs_ctl.c, ip_vs_service_find); a firewall mark, by which lvsd serves
 * several ports, goes before both. The ports of the others are therefore taken out of it.
 */
import { parseAddress } from "../../../model/address.ts";
import type { Findings } from "../imported.ts";
import { MapNode } from "../outline.ts";

const portMax = 65_535;
/** What `ports:` says where the old table says 0. */
export const allPorts = `1-${portMax}`;

export function mendAllPorts(root: MapNode, findings: Findings): void {
  const servers = root.get("virtual_servers");
  if (!(servers instanceof MapNode)) return;
  const single = new Map<string, Set<number>>();
  for (const { value } of servers.entries()) {
    const port = value instanceof MapNode ? value.get("port") : undefined;
    if (!(value instanceof MapNode) || typeof port !== "number") continue;
    const key = keyOf(value);
    const known = single.get(key);
    if (known === undefined) single.set(key, new Set([port]));
    else known.add(port);
  }
  for (const { key: name, value: server, origin } of servers.entries()) {
    if (!(server instanceof MapNode) || !isAllPorts(server)) continue;
    const others = [...(single.get(keyOf(server)) ?? [])].sort((a, b) => a - b);
    if (others.length === 0) continue;
    server.set("ports", portsBut(others), origin, "all ports that no other service has");
    const shown = others.slice(0, 8).join(", ");
    findings.add(
      "changed",
      origin,
      name,
      `all ports but ${shown}${others.length > 8 ? ", ..." : ""}, which have services of their own: the kernel asks for those first`,
    );
  }
}

function isAllPorts(server: MapNode): boolean {
  const ports = server.get("ports");
  return Array.isArray(ports) && ports.length === 1 && ports[0] === allPorts;
}

function keyOf(server: MapNode): string {
  const written = server.get("address");
  const address = typeof written === "string" ? (written.split("/")[0] ?? "") : "";
  return `${server.get("protocol") ?? "tcp"} ${parseAddress(address) ?? address}`;
}

/** The ranges between them; `others` is sorted. */
function portsBut(others: readonly number[]): readonly (string | number)[] {
  const ranges: (string | number)[] = [];
  let from = 1;
  for (const port of [...others, portMax + 1]) {
    if (port - 1 === from) ranges.push(from);
    else if (port - 1 > from) ranges.push(`${from}-${port - 1}`);
    from = port + 1;
  }
  return ranges;
}
