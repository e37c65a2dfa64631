/** virtual_server blocks. */
import { isIPv6 } from "node:net";
import type { Findings } from "../imported.ts";
import { allPorts } from "../mending/all-ports.ts";
import { Names } from "../names.ts";
import { MapNode } from "../outline.ts";
import { reportAllPorts, reportMark } from "../surroundings.ts";
import { type Conversion, isAddress, isOn, numberOf, portOf, quoted } from "./conversion.ts";
import { TooLarge } from "./expand.ts";
import { methodOf, tunnelOf } from "./forwarding.ts";
import { type Head, headsMax, headsOf } from "./groups.ts";
import { reportRest, virtualServerTable } from "./keywords.ts";
import { placeChecks, type RealServer, realServers } from "./real-servers.ts";
import { scheduling } from "./scheduling.ts";
import { allOf, lastOf, type Statement } from "./statements.ts";
import type { VipPlaces } from "./vips.ts";

export function virtualServersOf(
  conversion: Conversion,
  top: readonly Statement[],
  vips: VipPlaces,
): void {
  const { root, findings } = conversion;
  const groups = new Map(
    allOf(top, "virtual_server_group").map((group) => [group.words[0] ?? "", group]),
  );
  const names = new Names();
  const seen = new Map<string, Statement>();
  let count = 0;
  for (const server of allOf(top, "virtual_server")) {
    const block = server.block ?? [];
    const heads = headsOf(server, groups, findings);
    count += heads.length;
    if (count > headsMax) {
      const { file, line } = server.origin;
      throw new TooLarge(`${file}:${line}: more than ${headsMax} virtual servers`);
    }
    for (const head of heads) {
      const protocol = protocolOf(conversion, server, head);
      const key =
        head.kind === "mark" ? `fwmark ${head.mark}` : `${protocol} ${head.address} ${head.port}`;
      const twin = seen.get(key);
      if (twin === server) {
        const text = "one service for both families, or listed twice in its group";
        findings.add("carried", head.origin, `virtual_server ${key}`, text);
        continue;
      }
      if (twin !== undefined) {
        const text = `the same service as in line ${twin.origin.line}: keepalived programs both into one; merge their real servers by hand`;
        findings.add("suspicious", server.origin, `virtual_server ${key}`, text);
        continue;
      }
      const made = virtualServer(conversion, server, block, head, protocol, vips);
      if (made === null) continue;
      seen.set(key, server);
      const wanted =
        head.kind === "mark"
          ? `mark-${head.mark}`
          : `${protocol}-${head.address.replaceAll(":", "-")}-${head.port === 0 ? "any" : head.port}`;
      root.map("virtual_servers").set(names.give(wanted, "virtual"), made, server.origin);
    }
  }
  reportUnused(conversion, top, groups);
}

function reportUnused(
  { findings }: Conversion,
  top: readonly Statement[],
  groups: ReadonlyMap<string, Statement>,
): void {
  const used = new Set(
    allOf(top, "virtual_server").flatMap(({ words: [first, name] }) =>
      first === "group" && name !== undefined ? [name] : [],
    ),
  );
  for (const [name, { origin }] of groups)
    if (!used.has(name)) {
      const text = "no virtual_server uses it";
      findings.add("left-out", origin, `virtual_server_group ${name}`, text);
    }
}

function protocolOf(
  { findings }: Conversion,
  server: Statement,
  head: Head,
): "tcp" | "udp" | "sctp" {
  const given = lastOf(server.block ?? [], "protocol");
  const word = given?.words[0]?.toLowerCase();
  if (head.kind === "mark" && given !== undefined)
    findings.add("carried", given.origin, "protocol", "a mark has none: keepalived ignores it");
  if (word === "tcp" || word === "udp" || word === "sctp") return word;
  if (head.kind === "address")
    findings.add(
      "suspicious",
      given?.origin ?? server.origin,
      "protocol",
      given === undefined
        ? "none is given, which is UDP to keepalived"
        : `${quoted(given.words[0] ?? "")} is none of TCP, UDP and SCTP: UDP to keepalived`,
    );
  return "udp";
}

function virtualServer(
  conversion: Conversion,
  server: Statement,
  block: readonly Statement[],
  head: Head,
  protocol: "tcp" | "udp" | "sctp",
  vips: VipPlaces,
): MapNode | null {
  const { findings } = conversion;
  const map = new MapNode();
  headKeys(conversion, map, head, protocol, vips);
  scheduling(conversion, map, block, head);
  const method = methodOf(conversion, lastOf(block, "lvs_method", "lb_kind")) ?? "nat";
  const given = lastOf(block, "lvs_method", "lb_kind");
  map.set("forwarding", method, given?.origin ?? null);
  map.set("tunnel", tunnelOf(given, findings) ?? undefined);
  const servers = realServers(conversion, block, head, method);
  lifecycle(conversion, map, block, head.kind === "mark" ? "mark" : protocol);
  if (servers.length === 0) {
    findings.add(
      "suspicious",
      server.origin,
      `virtual_server ${server.words.join(" ")}`,
      "no real server: keepalived drops it",
    );
    return null;
  }
  placeChecks(map, servers);
  const unchecked = servers.filter(({ checks }) => checks.length === 0);
  if (unchecked.length > 0)
    findings.add(
      "suspicious",
      server.origin,
      `virtual_server ${server.words.join(" ")}`,
      `no check, so that they never fail: ${unchecked.map(({ name }) => name).join(", ")}`,
    );
  const names = new Names();
  const list = new MapNode();
  for (const { node, origin, name } of servers) list.set(names.give(name, "rs"), node, origin);
  quorum(conversion, map, block, servers);
  sorry(conversion, map, block, head, method);
  map.set("real_servers", list);
  reportRest(block, virtualServerTable, `virtual_server ${server.words.join(" ")}`, findings);
  return map;
}

function headKeys(
  { root, findings, around }: Conversion,
  map: MapNode,
  head: Head,
  protocol: "tcp" | "udp" | "sctp",
  vips: VipPlaces,
): void {
  if (head.kind === "mark") {
    map.set("fwmark", head.mark, head.origin);
    root.set("marks", "external", null, "the rules that set the marks are yours");
    const subject = `fwmark ${head.mark}`;
    reportMark(
      around,
      head.mark,
      { origin: head.origin, subject, file: "keepalived.conf" },
      findings,
    );
    return;
  }
  const place = vips.get(head.address);
  map.set(
    "address",
    place === undefined ? head.address : `${head.address}/${place.length}`,
    head.origin,
  );
  if (place !== undefined) map.set("device", place.device === "" ? undefined : place.device);
  else {
    map.set("device", "none", null, "in no vrrp_instance");
    findings.add(
      "suspicious",
      head.origin,
      head.address,
      "in no vrrp_instance: keepalived serves it only where something else claims the address; device: none leaves that so",
    );
  }
  map.set("protocol", protocol);
  if (head.port === 0) {
    map.set("ports", [allPorts], head.origin, "all ports");
    reportAllPorts(head.origin, `virtual_server ${head.address}`, protocol, findings);
  } else map.set("port", head.port);
}

function lifecycle(
  { findings }: Conversion,
  map: MapNode,
  block: readonly Statement[],
  protocol: string,
): void {
  const reals = allOf(block, "real_server").map((one) => one.block ?? []);
  const alpha = everyOrNone("alpha", block, reals, findings);
  if (!alpha.isOn)
    map.set("start", "up", null, "without alpha keepalived serves before the first check");
  const inhibit = everyOrNone("inhibit_on_failure", block, reals, findings);
  if (!inhibit.isOn) return;
  map.set("quiesce", true, inhibit.by?.origin ?? null);
  if (protocol === "udp")
    findings.add(
      "suspicious",
      inhibit.by?.origin ?? null,
      "inhibit_on_failure",
      "on UDP a steady client stays on a dead server",
    );
}

/** A flag of real servers that lvsd has for the whole virtual server: on where all have it. */
function everyOrNone(
  keyword: string,
  block: readonly Statement[],
  reals: readonly (readonly Statement[])[],
  findings: Findings,
): { readonly isOn: boolean; readonly by: Statement | undefined } {
  const common = lastOf(block, keyword);
  const own = reals.map((real) => lastOf(real, keyword));
  const values = own.map((one) => isOn(one ?? common));
  const isEvery = values.length > 0 ? values.every((value) => value) : isOn(common);
  const odd = own.find((one) => one !== undefined);
  if (!isEvery && values.includes(true))
    findings.add(
      "left-out",
      odd?.origin ?? common?.origin ?? null,
      keyword,
      "some real servers have it and some not: lvsd has it for a whole virtual server; none has it",
    );
  return { isOn: isEvery, by: common ?? odd };
}

/** keepalived counts weights: the same as counting servers where all weights are equal. */
function quorum(
  { findings }: Conversion,
  map: MapNode,
  block: readonly Statement[],
  servers: readonly RealServer[],
): void {
  const given = lastOf(block, "quorum");
  const slack = lastOf(block, "hysteresis");
  if (given === undefined && slack === undefined) return;
  const sum = servers.reduce((total, { weight }) => total + weight, 0);
  const range = { min: 0, max: 2 ** 31 - 1 };
  const wanted = Math.max(1, numberOf(given, range, findings) ?? 1);
  const least = Math.min(wanted, Math.max(1, sum));
  const spread = Math.min(numberOf(slack, range, findings) ?? 0, least - 1);
  const byWeight = sum > 0 && servers.some((each) => differs(each, servers[0]));
  const [one, all] = byWeight || sum === 0 ? [1, sum] : [sum / servers.length, servers.length];
  const up = Math.min(Math.max(1, Math.ceil((least + spread) / one)), Math.max(1, all));
  const down = Math.max(0, Math.min(up - 1, Math.ceil((least - spread) / one) - 1));
  if (up !== 1 || down !== 0) {
    const node = new MapNode("flow");
    if (byWeight) node.set("count", "weights");
    map.set("quorum", node.set("up", up).set("down", down), given?.origin ?? null);
  }
  if (wanted > sum)
    findings.add(
      "suspicious",
      given?.origin ?? null,
      "quorum",
      `${wanted} is more than all weights together (${sum})`,
    );
  if (least + spread > sum)
    findings.add(
      "suspicious",
      slack?.origin ?? null,
      "hysteresis",
      `quorum + hysteresis is ${least + spread}, all weights together are ${sum}: keepalived never comes up again; ${up}${byWeight ? "" : " servers"} will do here`,
    );
}

/** Whether it does not count as the other one: by its weight, or by what its check may say of it. */
const differs = ({ weight, checks }: RealServer, other: RealServer | undefined): boolean =>
  weight !== other?.weight || checks.some((check) => check.has("convention"));

function sorry(
  conversion: Conversion,
  map: MapNode,
  block: readonly Statement[],
  head: Head,
  usual: string,
): void {
  const { findings } = conversion;
  const given = lastOf(block, "sorry_server");
  if (given === undefined) return;
  const say = (kind: "suspicious" | "left-out", text: string): void =>
    findings.add(kind, given.origin, "sorry_server", text);
  const [address = "", portWord] = given.words;
  if (!isAddress(address)) {
    say("suspicious", `${quoted(address)} is no address`);
    return;
  }
  const own = lastOf(block, "sorry_server_lvs_method");
  const method = methodOf(conversion, own, usual) ?? usual;
  if (head.kind === "address" && isIPv6(head.address) !== isIPv6(address) && method !== "tunnel") {
    say("left-out", `${address} is not of the family of ${head.address}`);
    return;
  }
  const port = portOf(portWord);
  if (port === null) {
    say("suspicious", `${quoted(portWord ?? "")} is no port: keepalived ignores the line`);
    return;
  }
  const node = new MapNode("flow").set("address", address);
  const virtualPort = head.kind === "address" ? head.port : 0;
  if (port !== 0 && port !== virtualPort && method === "nat") node.set("port", port);
  else if (port !== 0 && port !== virtualPort)
    say("suspicious", `port ${port}: only NAT can change the port`);
  if (method !== usual) node.set("forwarding", method, own?.origin ?? null);
  map.set("sorry_server", node, given.origin);
}
