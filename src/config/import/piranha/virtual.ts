/** Virtual blocks and their real servers. */
import { isIPv4 } from "node:net";
import { Names } from "../names.ts";
import { MapNode, Missing } from "../outline.ts";
import { hasFallback } from "../schedulers.ts";
import { placeOf, reportMark } from "../surroundings.ts";
import { checkOf } from "./check.ts";
import { type Conversion, originOf, prefixLength } from "./conversion.ts";
import { type Nannies, realServers } from "./real-servers.ts";
import { portIn, type Standing, standingsOf } from "./standings.ts";
import type { Block, Given } from "./statements.ts";

/** How Piranha's programs claim an address: the first active block that has it decides. */
interface Vip {
  readonly length: number | null;
  readonly device: string;
}

/** What a block depends on that stands in others. */
interface Context {
  readonly vip: Vip;
  readonly standing: Extract<Standing, { kind: "kept" }>;
  readonly nannies: Nannies;
}

const reentryDefault = 180;

export function virtualServersOf(conversion: Conversion): void {
  const { global, root, findings, file } = conversion;
  const blocks = global.blocks.filter(({ kind }) => kind === "virtual");
  const vips = vipsOf(conversion, blocks);
  const names = new Names();
  const standings = standingsOf(blocks);
  const nannies = new Map<string, string>();
  for (const block of blocks) {
    const origin = { file, line: block.line };
    const subject = `virtual ${block.name}`;
    const address = block.values.get("address");
    if (address === undefined || address.text === "0.0.0.0") {
      findings.add("left-out", origin, subject, "it has no address");
      continue;
    }
    const standing = standings.get(block);
    if (standing === undefined || standing.kind === "left-out") {
      findings.add("left-out", origin, subject, standing?.why ?? "it is no service");
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
    const vip = vips.get(address.text) ?? { length: null, device: "" };
    virtualServer(conversion, block, map, { vip, standing, nannies });
  }
  if (root.has("virtual_servers")) return;
  const text = "no virtual server is left: Piranha does not start with such a file";
  findings.add("suspicious", null, "virtual", text);
}

function vipsOf(
  { file, findings, around }: Conversion,
  blocks: readonly Block[],
): Map<string, Vip> {
  const vips = new Map<string, Vip>();
  const labels = new Map<string, string>();
  const tried = new Map<string, number>();
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
      isAlias && other !== undefined ? freeLabel(address.device, labels, tried) : address.device;
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

/** `tried`: by device, the highest number that was tried; what was used once stays used. */
function freeLabel(
  label: string,
  used: ReadonlyMap<string, string>,
  tried: Map<string, number>,
): string {
  const base = label.slice(0, label.indexOf(":"));
  for (let count = (tried.get(base) ?? 0) + 1; ; count += 1) {
    tried.set(base, count);
    if (!used.has(`${base}:${count}`)) return `${base}:${count}`;
  }
}

function virtualServer(
  conversion: Conversion,
  block: Block,
  map: MapNode,
  { vip, standing, nannies }: Context,
): void {
  const { file, findings, root } = conversion;
  const value = (key: string): Given | undefined => block.values.get(key);
  const from = (key: string) => originOf(file, value(key));
  const address = value("address")?.text ?? "";
  if (value("active")?.number !== 1) map.set("active", false, from("active"));
  if (isIPv4(address))
    map.set("address", vip.length === null ? address : `${address}/${vip.length}`, from("address"));
  else {
    map.set("address", new Missing("address", `the address of ${address}`), from("address"));
    const text = `${address} is a name, which Piranha asks for once: a VIP is an address`;
    findings.add("suspicious", from("address"), `virtual ${block.name}`, text);
  }
  map.set("device", vip.device, from("address"));
  const protocol = value("protocol")?.text === "udp" ? "udp" : "tcp";
  const { endpointOf } = standing;
  if (endpointOf === null) map.set("protocol", protocol, from("protocol"));
  const port = endpointOf === null ? portOf(conversion, block, map) : portIn(block);
  if (endpointOf !== null)
    findings.add(
      "changed",
      { file, line: block.line },
      `virtual ${block.name}`,
      `${protocol} port ${port} of ${address} is virtual ${endpointOf.name}'s already: known by its firewall mark alone`,
    );
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
  const isAlone = endpointOf !== null;
  realServers(conversion, block, map, { virtualPort: port, isAlone, nannies });
}

function portOf({ file, findings }: Conversion, block: Block, map: MapNode): number {
  const given = block.values.get("port");
  const port = portIn(block);
  if (port >= 1 && port <= 65_535) map.set("port", port, originOf(file, given));
  else {
    map.set("port", new Missing("port", "a port, 1 to 65535"));
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
  const given = block.values.get("persistent");
  const mask = block.values.get("pmask");
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
