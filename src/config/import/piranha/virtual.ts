/** Virtual blocks and their real servers. */
import { Names } from "../names.ts";
import { MapNode, Missing } from "../outline.ts";
import { hasFallback } from "../schedulers.ts";
import { placeOf, reportMark } from "../surroundings.ts";
import { checkOf } from "./check.ts";
import { type Conversion, originOf, prefixLength } from "./conversion.ts";
import type { Block, Given } from "./statements.ts";

/** How Piranha's programs claim an address: the first active block that has it decides. */
interface Vip {
  readonly length: number | null;
  readonly device: string;
}

const reentryDefault = 180;
const weightMax = 65_535;

export function virtualServersOf(conversion: Conversion): void {
  const { global, root, findings, file } = conversion;
  const blocks = global.blocks.filter(({ kind }) => kind === "virtual");
  const vips = vipsOf(conversion, blocks);
  const names = new Names();
  const seen = new Map<string, Block>();
  for (const block of blocks) {
    const origin = { file, line: block.line };
    const subject = `virtual ${block.name}`;
    const address = block.values.get("address");
    if (address === undefined || address.text === "0.0.0.0") {
      findings.add("left-out", origin, subject, "it has no address");
      continue;
    }
    const same = sameService(seen, block);
    if (same !== null) {
      const text = `the same service as virtual ${same.name} in line ${same.line}: its ipvsadm call fails`;
      findings.add("left-out", origin, subject, text);
      continue;
    }
    const name = names.give(block.name, "virtual");
    if (name !== block.name)
      findings.add(
        "changed",
        origin,
        subject,
        `named ${name}: letters, digits, - _ . and once only`,
      );
    const map = root.map("virtual_servers").map(name, origin);
    virtualServer(conversion, block, map, vips.get(address.text) ?? { length: null, device: "" });
  }
  if (root.has("virtual_servers")) return;
  const text = "no virtual server is left: Piranha does not start with such a file";
  findings.add("suspicious", null, "virtual", text);
}

/** An earlier active block whose IPVS service is the same one. */
function sameService(seen: Map<string, Block>, block: Block): Block | null {
  const value = (key: string): Given | undefined => block.values.get(key);
  if (value("active")?.number !== 1) return null;
  const mark = value("fwmark")?.number ?? 0;
  const key =
    mark !== 0
      ? `mark ${mark}`
      : `${value("protocol")?.text ?? "tcp"} ${value("address")?.text}:${value("port")?.number ?? 80}`;
  const same = seen.get(key) ?? null;
  if (same === null) seen.set(key, block);
  return same;
}

function vipsOf(
  { file, findings, around }: Conversion,
  blocks: readonly Block[],
): Map<string, Vip> {
  const vips = new Map<string, Vip>();
  const labels = new Map<string, string>();
  const inOrder = [...blocks].sort((a, b) => isActive(b) - isActive(a));
  for (const block of inOrder) {
    const address = block.values.get("address");
    if (address === undefined || address.text === "0.0.0.0") continue;
    const origin = originOf(file, address);
    const mask = block.values.get("vip_nmask");
    const isMasked = mask !== undefined && mask.text !== "0.0.0.0";
    const place = isMasked ? null : placeOf(around, address.text);
    const length = isMasked ? prefixLength(mask.text) : (place?.length ?? null);
    if (isMasked && length === null)
      findings.add(
        "suspicious",
        originOf(file, mask),
        "vip_nmask",
        `${mask.text} has gaps; none is taken`,
      );
    const known = vips.get(address.text);
    if (known !== undefined) {
      if (known.device !== address.device || known.length !== length)
        findings.add(
          "changed",
          origin,
          `virtual ${block.name}`,
          `${address.text} is claimed once, as its first active block says: ${known.device}`,
        );
      continue;
    }
    const other = labels.get(address.device);
    const isAlias = address.device.includes(":");
    const device =
      isAlias && other !== undefined ? freeLabel(address.device, labels) : address.device;
    if (isAlias && other !== undefined)
      findings.add(
        "suspicious",
        origin,
        `virtual ${block.name}`,
        `${address.device} carries ${other} already, which Piranha overwrites; relabelled ${device}`,
      );
    if (!isAlias)
      findings.add(
        "changed",
        origin,
        `virtual ${block.name}`,
        `${device} without an alias: Piranha takes the whole device down with the address; lvsd adds and removes the address alone`,
      );
    labels.set(device, address.text);
    vips.set(address.text, { length, device });
    if (!isMasked)
      findings.add(
        "changed",
        origin,
        `virtual ${block.name}`,
        `no vip_nmask: ifconfig took the mask of the address's class; ${
          length === null
            ? `lvsd claims ${address.text}/32`
            : `its network has /${length}, as a given file says`
        }`,
      );
  }
  return vips;
}

const isActive = (block: Block): number => (block.values.get("active")?.number === 1 ? 1 : 0);

function freeLabel(label: string, used: ReadonlyMap<string, string>): string {
  const base = label.slice(0, label.indexOf(":"));
  for (let count = 1; ; count += 1) if (!used.has(`${base}:${count}`)) return `${base}:${count}`;
}

function virtualServer(conversion: Conversion, block: Block, map: MapNode, vip: Vip): void {
  const { file, findings, root } = conversion;
  const value = (key: string): Given | undefined => block.values.get(key);
  const from = (key: string) => originOf(file, value(key));
  const address = value("address")?.text ?? "";
  if (value("active")?.number !== 1) map.set("active", false, from("active"));
  map.set("address", vip.length === null ? address : `${address}/${vip.length}`, from("address"));
  map.set("device", vip.device, from("address"));
  const protocol = value("protocol")?.text === "udp" ? "udp" : "tcp";
  map.set("protocol", protocol, from("protocol"));
  const port = portOf(conversion, block, map);
  const mark = value("fwmark");
  if (mark !== undefined && mark.number !== 0) {
    map.set("fwmark", mark.number >>> 0, from("fwmark"));
    root.set("marks", "external", null, "the rules that set the marks are yours");
    const about = { origin: from("fwmark"), subject: `virtual ${block.name}`, file: "lvs.cf" };
    reportMark(conversion.around, mark.number >>> 0, about, findings);
  }
  const scheduler = value("scheduler")?.text ?? "wlc";
  map.set("scheduler", scheduler, from("scheduler"));
  if (hasFallback(scheduler)) map.set("scheduler_flags", []);
  persistence(conversion, block, map);
  lifecycle(conversion, block, map);
  map.set("check", checkOf(conversion, block, port));
  unused(conversion, block);
  realServers(conversion, block, map, port);
}

function portOf({ file, findings }: Conversion, block: Block, map: MapNode): number {
  const given = block.values.get("port");
  const port = given?.number ?? 80;
  if (port >= 1 && port <= 65_535) map.set("port", port, originOf(file, given));
  else {
    map.set("port", new Missing("a port, 1 to 65535"));
    findings.add(
      "suspicious",
      originOf(file, given),
      `virtual ${block.name}`,
      `${port} is no port`,
    );
  }
  return port;
}

function persistence({ file, findings }: Conversion, block: Block, map: MapNode): void {
  const [given, mask] = [block.values.get("persistent"), block.values.get("pmask")];
  if (given === undefined || given.number <= 0) {
    if (mask !== undefined)
      findings.add("left-out", originOf(file, mask), "pmask", "has no effect without persistent");
    return;
  }
  const sticky = map.map("persistence", originOf(file, given));
  sticky.set("timeout", `${given.number}s`, originOf(file, given));
  if (mask === undefined) return;
  const length = mask.text === "" ? null : prefixLength(mask.text);
  if (length !== null && length < 32) sticky.set("netmask", mask.text, originOf(file, mask));
  if (length === null)
    findings.add(
      "changed",
      originOf(file, mask),
      "pmask",
      "no mask: Piranha ignores it without a word",
    );
}

function lifecycle({ file, findings }: Conversion, block: Block, map: MapNode): void {
  const value = (key: string): Given | undefined => block.values.get(key);
  const reentry = value("reentry");
  const seconds = reentry === undefined || reentry.number <= 0 ? reentryDefault : reentry.number;
  map.set("reentry", `${seconds}s`, originOf(file, reentry));
  const quiesce = value("quiesce_server");
  if (quiesce?.number === 1) {
    map.set("quiesce", true, originOf(file, quiesce));
    findings.add(
      "changed",
      originOf(file, quiesce),
      "quiesce_server",
      "a failed server stays at weight 0, as Piranha's program does it; the manual promised something about servers that join",
    );
  }
  const sorry = value("sorry_server");
  if (sorry !== undefined)
    map.set("sorry_server", new MapNode("flow").set("address", sorry.text), originOf(file, sorry));
  const load = value("load_monitor");
  if (load === undefined || load.text === "none") return;
  if (load.text === "rup" || load.text === "ruptime") {
    map.set("load_monitor", load.text, originOf(file, load));
    const text = `a loaded real server's weight falls, to a tenth; Piranha's weights only rose: \`{ type: ${load.text}, rule: piranha }\``;
    findings.add("changed", originOf(file, load), "load_monitor", text);
  } else {
    const text = `${load.text} runs a command on the real server; lvsd has rup, ruptime, agent, prometheus, snmp and command`;
    findings.add("left-out", originOf(file, load), "load_monitor", text);
  }
}

const reasons: Readonly<Record<string, string>> = {
  client_monitor: "lvsd checks by itself; a program of yours is `check: { type: command }`",
  start_cmd: "it is for failover blocks",
  stop_cmd: "it is for failover blocks",
  master: "no program of Piranha's reads it",
  dirs: "no program of Piranha's reads it",
};

function unused({ file, findings }: Conversion, block: Block): void {
  for (const [key, given] of block.values)
    if (Object.hasOwn(reasons, key))
      findings.add(
        key === "client_monitor" ? "left-out" : "carried",
        originOf(file, given),
        key,
        reasons[key] ?? "",
      );
}

function realServers(
  conversion: Conversion,
  block: Block,
  map: MapNode,
  virtualPort: number,
): void {
  const { file, findings, global } = conversion;
  const names = new Names();
  const endpoints = new Map<string, string>();
  const isNat = (global.values.get("network")?.text ?? "nat") === "nat";
  const servers = map.map("real_servers");
  const virtualPortLine = block.values.get("port")?.line ?? 0;
  for (const server of block.blocks) {
    const origin = { file, line: server.line };
    const subject = `server ${server.name}`;
    const address = server.values.get("address");
    if (address === undefined) {
      findings.add("left-out", origin, subject, "it has no address");
      continue;
    }
    // Piranha gives a server the virtual's port as known at its line.
    const port =
      server.values.get("port")?.number ?? (virtualPortLine > server.line ? 80 : virtualPort);
    if (server.values.get("port") === undefined && port !== virtualPort)
      findings.add(
        "suspicious",
        origin,
        subject,
        `port 80: the virtual's port stands below this server`,
      );
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
    if (isNat && (block.values.get("fwmark")?.number ?? 0) !== 0)
      findings.add(
        "changed",
        origin,
        subject,
        `by a firewall mark connections keep their port; Piranha writes ${port} into the table`,
      );
    if (isNat && port !== virtualPort) one.set("port", port);
    else if (port !== virtualPort)
      findings.add(
        "suspicious",
        origin,
        subject,
        `port ${port} differs from ${virtualPort}: only nat can change it, and Piranha ends when such a server fails; left out`,
      );
    weight(conversion, server, one);
    if (server.values.get("active")?.number !== 1) one.set("active", false);
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
