/** real_server blocks: addresses, weights, limits, checks. */
import { isIPv6 } from "node:net";
import type { Findings } from "../imported.ts";
import { MapNode, type Node, printOutline } from "../outline.ts";
import { checksOf } from "./check.ts";
import {
  type Conversion,
  inherited,
  isAddress,
  type Layers,
  numberOf,
  portOf,
  quoted,
} from "./conversion.ts";
import { methodOf, tunnelOf } from "./forwarding.ts";
import type { Head } from "./groups.ts";
import { realServerTable, reportRest } from "./keywords.ts";
import { allOf, lastOf, type Statement } from "./statements.ts";

const weightMax = 65_535;

/** A real server as it will be written, and what the virtual server has to know of it. */
export interface RealServer {
  readonly node: MapNode;
  readonly name: string;
  readonly origin: Statement["origin"];
  readonly checks: readonly MapNode[];
  readonly weight: number;
}

/** What is said of the virtual server around a real server. */
interface Around {
  readonly block: readonly Statement[];
  readonly head: Head;
  readonly method: string;
}

export function realServers(
  conversion: Conversion,
  block: readonly Statement[],
  head: Head,
  method: string,
): readonly RealServer[] {
  const seen = new Set<string>();
  return allOf(block, "real_server").flatMap((one) => {
    const read = realServer(conversion, one, { block, head, method }, seen);
    return read === null ? [] : [read];
  });
}

function realServer(
  conversion: Conversion,
  one: Statement,
  around: Around,
  seen: Set<string>,
): RealServer | null {
  const { findings } = conversion;
  const { block, head, method } = around;
  const { origin, words } = one;
  const [address = "", portWord] = words;
  const own = one.block ?? [];
  const subject = `real_server ${words.slice(0, 2).join(" ")}`;
  if (!isAddress(address)) {
    findings.add("suspicious", origin, subject, "no address: keepalived skips it");
    return null;
  }
  const written = portOf(portWord);
  if (written === null) {
    const text = `${quoted(portWord ?? "")} is no port: keepalived skips it`;
    findings.add("suspicious", origin, subject, text);
    return null;
  }
  const forwarding = methodOf(conversion, lastOf(own, "lvs_method"), method) ?? method;
  const isOther = head.kind === "address" && isIPv6(head.address) !== isIPv6(address);
  if (isOther && forwarding !== "tunnel") {
    findings.add("left-out", origin, subject, "of the other family: keepalived skips it");
    return null;
  }
  const virtualPort = head.kind === "address" ? head.port : 0;
  const maps = forwarding === "nat" && !(head.kind === "mark" && isPersistent(block));
  const destination = `${address} ${maps && written !== 0 ? written : virtualPort}`;
  if (seen.has(destination)) {
    findings.add("suspicious", origin, subject, "listed twice; left out");
    return null;
  }
  seen.add(destination);
  const node = new MapNode("flow").set("address", address);
  portInto(conversion, node, one, { ...around, forwarding, port: written });
  const layers: Layers = [own, block];
  const weight = weightOf(conversion, layers);
  if (weight === 0)
    findings.add(
      "suspicious",
      inherited(layers, "weight")?.origin ?? origin,
      subject,
      "weight 0: it never gets a connection",
    );
  node.set("weight", weight);
  if (forwarding !== method) node.set("forwarding", forwarding);
  if (forwarding === "tunnel")
    node.set("tunnel", tunnelOf(lastOf(own, "lvs_method"), findings) ?? undefined);
  limits(conversion, node, own);
  scripts(conversion, own);
  reportRest(own, realServerTable, subject, findings);
  const isPortless =
    (written === 0 && virtualPort === 0) || (head.kind === "mark" && written === 0);
  const checks = checksOf(own, layers, { ...conversion, address }).flatMap((check) =>
    isPortless ? withPort(check, findings) : [check],
  );
  return { node, origin, weight, checks, name: `rs-${address.replaceAll(":", "-")}` };
}

/** The port that connections go to, or, where they keep theirs, the one that is checked. */
function portInto(
  conversion: Conversion,
  node: MapNode,
  one: Statement,
  { block, head, forwarding, port }: Around & { forwarding: string; port: number },
): void {
  const { findings } = conversion;
  const subject = `real_server ${one.words.slice(0, 2).join(" ")}`;
  const virtualPort = head.kind === "address" ? head.port : 0;
  if (port === 0 || port === virtualPort) return;
  if (forwarding === "nat") {
    node.set("port", port);
    if (virtualPort === 0) keptPort(conversion, one, head, block);
  } else if (virtualPort !== 0) {
    const text = `only NAT can change the port: keepalived takes ${virtualPort}`;
    findings.add("suspicious", one.origin, subject, text);
  } else {
    node.set("port", port);
    const text = `without NAT connections keep their port: keepalived clears it; only checks go to ${port}`;
    findings.add("suspicious", one.origin, subject, text);
  }
}

/** Ports of services by the type of their check, where the file names none. */
const usualPorts: Readonly<Record<string, number>> = { http: 80, https: 443, smtp: 25, dns: 53 };
const withoutPort = ["ping", "command", "file", "bfd", "none"];

/** A check that goes to port 0 with keepalived, where nothing answers. */
function withPort(check: MapNode, findings: Findings): readonly MapNode[] {
  const type = String(check.get("type"));
  if (check.has("port") || withoutPort.includes(type)) return [check];
  const origin = check.entries()[0]?.origin ?? null;
  const usual = Object.hasOwn(usualPorts, type) ? usualPorts[type] : undefined;
  const text = `neither it nor the real server names a port: keepalived tries port 0, which fails; ${
    usual === undefined ? "no such check is made" : `${usual} is taken`
  }`;
  findings.add("suspicious", origin, `check ${type}`, text);
  return usual === undefined ? [] : [check.set("port", usual)];
}

function scripts({ findings }: Conversion, own: readonly Statement[]): void {
  for (const script of allOf(own, "notify_up", "notify_down")) {
    const text = /keepalived/.test(script.rest)
      ? "the router takes itself out of service with it; needs thought: notify.command gets every change"
      : /ipvsadm/.test(script.rest)
        ? "it changes the table, which lvsd alone is to write; notify.command gets the event real_server up and down"
        : "notify.command gets the event real_server up and down";
    findings.add("left-out", script.origin, script.keyword, text);
  }
}

/** A netmask alone turns it on, as does a bare persistence_timeout. */
function isPersistent(block: readonly Statement[]): boolean {
  const timeout = lastOf(block, "persistence_timeout");
  const isGiven = timeout !== undefined && timeout.words[0] !== "0";
  return isGiven || lastOf(block, "persistence_granularity") !== undefined;
}

/** By a mark and with persistence the kernel keeps the port (ip_vs_core.c, ip_vs_sched_persist). */
function keptPort(
  { findings }: Conversion,
  { words, origin }: Statement,
  head: Head,
  block: readonly Statement[],
): void {
  if (head.kind !== "mark" || !isPersistent(block)) return;
  findings.add(
    "changed",
    origin,
    `real_server ${words.join(" ")}`,
    "by a mark and with persistence connections keep their port: 0 in lvsd's table",
  );
}

function weightOf({ findings }: Conversion, layers: Layers): number {
  const given = inherited(layers, "weight");
  const weight = numberOf(given, { min: 0, max: 2 ** 31 - 1 }, findings) ?? 1;
  if (weight <= weightMax) return weight;
  findings.add("changed", given?.origin ?? null, "weight", `${weight}: ${weightMax} is the most`);
  return weightMax;
}

function limits({ findings }: Conversion, node: MapNode, own: readonly Statement[]): void {
  const range = { min: 0, max: 2 ** 31 - 1 };
  const max = numberOf(lastOf(own, "uthreshold"), range, findings) ?? 0;
  const min = numberOf(lastOf(own, "lthreshold"), range, findings) ?? 0;
  if (max === 0 && min === 0) return;
  if (max < min) {
    const text = `lthreshold ${min} above uthreshold ${max}: the kernel refuses the server, which keepalived calls up for ever; left out`;
    findings.add("suspicious", lastOf(own, "lthreshold")?.origin ?? null, "lthreshold", text);
    return;
  }
  const map = new MapNode("flow").set("max", max);
  node.set("connections", min > 0 ? map.set("min", min) : map);
}

/** A check that all have stands once, with the virtual server. */
export function placeChecks(map: MapNode, servers: readonly RealServer[]): void {
  const text = (checks: readonly MapNode[]): string =>
    checks.map((check) => printOutline(check, []).text.replaceAll(/ #.*$/gm, "")).join("---");
  const texts = servers.map(({ checks }) => text(checks));
  const value = (checks: readonly MapNode[]): Node => {
    const [first] = checks;
    if (first === undefined) return new MapNode("flow").set("type", "none");
    return checks.length === 1 ? first : checks.map(inline);
  };
  const [first] = servers;
  if (first !== undefined && texts.every((one) => one === texts[0])) {
    map.set("check", value(first.checks));
    return;
  }
  for (const { node, checks } of servers) {
    const [one] = checks;
    node.set("check", checks.length === 1 && one !== undefined ? inline(one) : value(checks));
  }
}

/** The same map on one line. */
function inline(map: MapNode): MapNode {
  const flow = new MapNode("flow");
  for (const { key, value, origin } of map.entries())
    flow.set(key, value instanceof MapNode ? inline(value) : value, origin);
  return flow;
}
