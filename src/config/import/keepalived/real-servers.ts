/** real_server blocks: addresses, weights, limits, checks. */
import { isIPv6 } from "node:net";
import { MapNode, type Node, printOutline } from "../outline.ts";
import { checksOf } from "./check.ts";
import { type Conversion, inherited, isAddress, type Layers, numberOf } from "./conversion.ts";
import { methodOf } from "./forwarding.ts";
import type { Head } from "./groups.ts";
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

export function realServers(
  conversion: Conversion,
  block: readonly Statement[],
  head: Head,
  method: string,
): readonly RealServer[] {
  const { findings } = conversion;
  const seen = new Set<string>();
  return allOf(block, "real_server").flatMap((one) => {
    const [address = "", portWord] = one.words;
    const own = one.block ?? [];
    if (!isAddress(address)) {
      findings.add(
        "suspicious",
        one.origin,
        `real_server ${address}`,
        "no address: keepalived skips it",
      );
      return [];
    }
    const forwarding = methodOf(conversion, lastOf(own, "lvs_method")) ?? method;
    if (
      head.kind === "address" &&
      isIPv6(head.address) !== isIPv6(address) &&
      forwarding !== "tunnel"
    ) {
      findings.add(
        "left-out",
        one.origin,
        `real_server ${address}`,
        "of the other family: keepalived skips it",
      );
      return [];
    }
    const port = portWord === undefined ? 0 : Number(portWord);
    if (seen.has(`${address} ${port}`)) {
      findings.add("suspicious", one.origin, `real_server ${address}`, "listed twice; left out");
      return [];
    }
    seen.add(`${address} ${port}`);
    const node = new MapNode("flow").set("address", address);
    const virtualPort = head.kind === "address" ? head.port : 0;
    if (port !== 0 && port !== virtualPort && forwarding === "nat") node.set("port", port);
    else if (port !== 0 && port !== virtualPort && virtualPort !== 0)
      findings.add(
        "suspicious",
        one.origin,
        `real_server ${address} ${port}`,
        `only NAT can change the port: keepalived takes ${virtualPort}`,
      );
    if (port !== 0 && virtualPort === 0 && forwarding === "nat")
      keptPort(conversion, one, head, block);
    const layers: Layers = [own, block];
    const weight = weightOf(conversion, layers);
    if (weight === 0)
      findings.add(
        "suspicious",
        inherited(layers, "weight")?.origin ?? one.origin,
        `real_server ${address}`,
        "weight 0: it never gets a connection",
      );
    node.set("weight", weight);
    if (forwarding !== method) node.set("forwarding", forwarding);
    limits(conversion, node, own);
    const origin = one.origin;
    for (const script of allOf(own, "notify_up", "notify_down")) {
      const text = /keepalived/.test(script.rest)
        ? "the router takes itself out of service with it; needs thought: notify.command gets every change"
        : "notify.command gets the event real_server up and down";
      findings.add("left-out", script.origin, script.keyword, text);
    }
    const checks = checksOf(own, layers, findings);
    return [{ node, origin, weight, checks, name: `rs-${address.replaceAll(":", "-")}` }];
  });
}

/** By a mark and with persistence the kernel keeps the port (ip_vs_core.c, ip_vs_sched_persist). */
function keptPort(
  { findings }: Conversion,
  { words, origin }: Statement,
  head: Head,
  block: readonly Statement[],
): void {
  const isPersistent =
    lastOf(block, "persistence_granularity") !== undefined ||
    (lastOf(block, "persistence_timeout")?.words[0] ?? "0") !== "0";
  if (head.kind !== "mark" || !isPersistent) return;
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
