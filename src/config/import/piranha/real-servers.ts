/** The real servers of a virtual block. */
import { Names } from "../names.ts";
import { MapNode } from "../outline.ts";
import { type Conversion, originOf } from "./conversion.ts";
import { endpointIn } from "./standings.ts";
import type { Block } from "./statements.ts";

const weightMax = 65_535;

/** Who checks what for Piranha: by address and ports of both sides there is one nanny only. */
export type Nannies = Map<string, string>;

interface Around {
  readonly virtualPort: number;
  /** The virtual server is known by its mark alone, and has no port of its own. */
  readonly isAlone: boolean;
  readonly nannies: Nannies;
}

export function realServers(
  conversion: Conversion,
  block: Block,
  map: MapNode,
  around: Around,
): void {
  const { file, findings } = conversion;
  const names = new Names();
  const endpoints = new Map<string, string>();
  const servers = map.map("real_servers");
  for (const server of block.blocks) {
    const origin = { file, line: server.line };
    const subject = `server ${server.name}`;
    const address = server.values.get("address");
    if (address === undefined) {
      findings.add("left-out", origin, subject, "it has no address");
      continue;
    }
    const port = portOf(conversion, block, server, around.virtualPort);
    const endpoint = `${address.text}:${port}`;
    const twin = endpoints.get(endpoint);
    if (twin !== undefined) {
      findings.add(
        "suspicious",
        origin,
        subject,
        `listed twice: ${endpoint} is server ${twin}; left out`,
      );
      continue;
    }
    endpoints.set(endpoint, server.name);
    const name = names.give(server.name, "server");
    if (name !== server.name) findings.add("changed", origin, subject, `named ${name}`);
    const one = new MapNode("flow").set("address", address.text);
    const written = writtenPort(conversion, block, server, { ...around, port });
    if (written !== null) one.set("port", written);
    weight(conversion, server, one);
    const isActive = server.values.get("active")?.number === 1;
    if (!isActive) one.set("active", false);
    if (isActive) sharedNanny(conversion, block, server, { endpoint, nannies: around.nannies });
    servers.set(name, one, origin);
  }
  if (servers.size === 0)
    findings.add(
      "suspicious",
      { file, line: block.line },
      `virtual ${block.name}`,
      "it has no real server",
    );
}

/** Piranha gives a server the virtual's port as known at its line. */
function portOf(
  { file, findings }: Conversion,
  block: Block,
  server: Block,
  virtualPort: number,
): number {
  const own = server.values.get("port")?.number;
  if (own !== undefined) return own;
  const isLater = (block.values.get("port")?.line ?? 0) > server.line;
  if (!isLater || virtualPort === 80) return virtualPort;
  const text = "port 80: the virtual's port stands below this server";
  findings.add("suspicious", { file, line: server.line }, `server ${server.name}`, text);
  return 80;
}

/**
 * The port that the real server is given; null: the virtual server's, which connections keep. By a
 * mark the kernel changes it with NAT and without persistence only (ip_vs_core.c, ip_vs_schedule,
 * ip_vs_sched_persist; ip_vs_xmit.c).
 */
function writtenPort(
  { file, findings, global }: Conversion,
  block: Block,
  server: Block,
  { port, virtualPort, isAlone }: Around & { readonly port: number },
): number | null {
  const isNat = (global.values.get("network")?.text ?? "nat") === "nat";
  const isMark = (block.values.get("fwmark")?.number ?? 0) !== 0;
  const isPersistent = (block.values.get("persistent")?.number ?? 0) > 0;
  const origin = { file, line: server.line };
  const subject = `server ${server.name}`;
  if (isNat && !(isMark && isPersistent))
    return isMark || port !== virtualPort || isAlone ? port : null;
  const why = isNat ? "and with persistence" : "and without NAT";
  if (isMark)
    findings.add(
      "changed",
      origin,
      subject,
      `by a mark ${why} connections keep their port: 0 in lvsd's table; Piranha writes ${port}`,
    );
  if (isAlone) return port;
  if (port !== virtualPort)
    findings.add(
      "suspicious",
      origin,
      subject,
      isMark
        ? `port ${port} differs from ${virtualPort}, and connections do not get there; left out`
        : `port ${port} differs from ${virtualPort}: only nat can change it, and Piranha ends when such a server fails; left out`,
    );
  return null;
}

function sharedNanny(
  { file, findings }: Conversion,
  block: Block,
  server: Block,
  { endpoint, nannies }: { readonly endpoint: string; readonly nannies: Nannies },
): void {
  if (block.values.get("active")?.number !== 1) return;
  const key = `${endpointIn(block)} ${endpoint}`;
  const other = nannies.get(key);
  if (other === undefined) nannies.set(key, `server ${server.name} of virtual ${block.name}`);
  else
    findings.add(
      "changed",
      { file, line: server.line },
      `server ${server.name}`,
      `Piranha starts no nanny for it, since ${other} has the same address and ports, and has it not in this service's table; lvsd does`,
    );
}

function weight({ file, findings }: Conversion, server: Block, one: MapNode): void {
  const given = server.values.get("weight");
  const written = given?.number ?? 1;
  const taken = Math.min(Math.max(written, 1), weightMax);
  one.set("weight", taken);
  if (taken !== written)
    findings.add(
      "suspicious",
      originOf(file, given),
      `server ${server.name}`,
      `weight ${written} is ${taken} in Piranha's table; to keep it out, use active: false or lvsd drain`,
    );
}
