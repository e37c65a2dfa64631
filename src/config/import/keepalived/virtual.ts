/** virtual_server blocks. */
import { Names } from "../names.ts";
import { MapNode } from "../outline.ts";
import { reportAllPorts, reportMark } from "../surroundings.ts";
import { checkBlocks } from "./check.ts";
import { type Conversion, isAddress, isOn, numberOf, quoted } from "./conversion.ts";
import { methodOf } from "./forwarding.ts";
import { type Head, headsOf } from "./groups.ts";
import { placeChecks, type RealServer, realServers } from "./real-servers.ts";
import { allOf, lastOf, type Statement } from "./statements.ts";

const schedulers = "rr wrr lc wlc lblc lblcr dh sh sed nq mh fo ovf".split(" ");
const flags = ["sh-port", "sh-fallback", "mh-port", "mh-fallback"];
const persistenceDefault = 360;

/** Where a VIP lives, by its address, as the VRRP instances say. */
export type VipPlaces = ReadonlyMap<string, { readonly length: number; readonly device: string }>;

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
  for (const server of allOf(top, "virtual_server")) {
    const block = server.block ?? [];
    const heads = headsOf(server, groups, findings);
    for (const head of heads) {
      const protocol = protocolOf(conversion, server, head);
      const key =
        head.kind === "mark"
          ? `fwmark ${head.mark} ${head.family}`
          : `${protocol} ${head.address} ${head.port}`;
      const twin = seen.get(key);
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
}

function protocolOf(
  { findings }: Conversion,
  server: Statement,
  head: Head,
): "tcp" | "udp" | "sctp" {
  const given = lastOf(server.block ?? [], "protocol");
  const word = given?.words[0]?.toLowerCase();
  if (word === "tcp" || word === "udp" || word === "sctp") return word;
  if (head.kind === "address")
    findings.add(
      "suspicious",
      given?.origin ?? server.origin,
      "protocol",
      "none is given, which is UDP to keepalived",
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
  map.set("forwarding", method, lastOf(block, "lvs_method", "lb_kind")?.origin ?? null);
  lifecycle(conversion, map, block, protocol);
  const servers = realServers(conversion, block, head, method);
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
  sorry(conversion, map, block, head);
  map.set("real_servers", list);
  unused(conversion, block);
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
  if (place !== undefined) map.set("device", place.device);
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
    map.set("ports", ["1-65535"], head.origin, "all ports");
    reportAllPorts(head.origin, `virtual_server ${head.address}`, protocol, findings);
  } else map.set("port", head.port);
}

function scheduling(
  { findings }: Conversion,
  map: MapNode,
  block: readonly Statement[],
  head: Head,
): void {
  const given = lastOf(block, "lvs_sched", "lb_algo");
  const word = given?.words[0] ?? "wlc";
  const scheduler = schedulers.includes(word) ? word : "wlc";
  if (scheduler !== word)
    findings.add(
      "changed",
      given?.origin ?? null,
      "lb_algo",
      `${quoted(word)} is no scheduler: wlc, as keepalived takes it`,
    );
  map.set("scheduler", scheduler, given?.origin ?? null);
  const at = given === undefined ? -1 : block.indexOf(given);
  const wanted = flags.filter(
    (flag) => block.findIndex(({ keyword }) => keyword === flag) > at && lastOf(block, flag),
  );
  if (wanted.length > 0) map.set("scheduler_flags", wanted);
  else if (scheduler === "mh" || scheduler === "sh") map.set("scheduler_flags", []);
  if (lastOf(block, "ops") !== undefined) map.set("one_packet", true);
  const timeout = lastOf(block, "persistence_timeout");
  const netmask = lastOf(block, "persistence_granularity");
  const isForced = head.kind === "address" && head.port === 0;
  const isNone = timeout?.words[0] === "0" && netmask === undefined;
  if ((timeout === undefined && netmask === undefined && !isForced) || (isNone && !isForced))
    return;
  const seconds =
    timeout === undefined || timeout.words.length === 0
      ? persistenceDefault
      : (numberOf(timeout, { min: 1, max: 2_678_400 }, findings) ?? persistenceDefault);
  const sticky = map.map("persistence", timeout?.origin ?? null).set("timeout", `${seconds}s`);
  const mask = netmask?.words[0];
  if (mask !== undefined && mask !== "255.255.255.255" && mask !== "128")
    sticky.set("netmask", mask);
  const engine = lastOf(block, "persistence_engine")?.words[0];
  if (engine !== undefined) sticky.set("engine", engine);
}

function lifecycle(
  { findings }: Conversion,
  map: MapNode,
  block: readonly Statement[],
  protocol: string,
): void {
  if (!isOn(lastOf(block, "alpha")))
    map.set("start", "up", null, "without alpha keepalived serves before the first check");
  const inhibit = lastOf(block, "inhibit_on_failure");
  if (isOn(inhibit)) map.set("quiesce", true, inhibit?.origin ?? null);
  if (isOn(inhibit) && protocol === "udp")
    findings.add(
      "suspicious",
      inhibit?.origin ?? null,
      "inhibit_on_failure",
      "on UDP a steady client stays on a dead server",
    );
}

/** keepalived counts weights, lvsd counts servers: the same where all weights are equal. */
function quorum(
  { findings }: Conversion,
  map: MapNode,
  block: readonly Statement[],
  servers: readonly RealServer[],
): void {
  const [given, slack] = [lastOf(block, "quorum"), lastOf(block, "hysteresis")];
  if (given === undefined && slack === undefined) return;
  const sum = servers.reduce((total, { weight }) => total + weight, 0);
  const range = { min: 0, max: 2 ** 31 - 1 };
  const wanted = Math.max(1, numberOf(given, range, findings) ?? 1);
  const least = Math.min(wanted, Math.max(1, sum));
  const spread = Math.min(numberOf(slack, range, findings) ?? 0, least - 1);
  const average = sum === 0 ? 1 : sum / servers.length;
  const up = Math.min(Math.max(1, Math.ceil((least + spread) / average)), servers.length);
  const down = Math.max(0, Math.min(up - 1, Math.ceil((least - spread) / average) - 1));
  if (up !== 1 || down !== 0)
    map.set("quorum", new MapNode("flow").set("up", up).set("down", down), given?.origin ?? null);
  if (servers.some(({ weight }) => weight !== servers[0]?.weight) && least > 1)
    findings.add(
      "changed",
      given?.origin ?? null,
      "quorum",
      `a weight of ${least} becomes ${up} servers: lvsd counts servers`,
    );
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
      `quorum + hysteresis is ${least + spread}, all weights together are ${sum}: keepalived never comes up again; ${up} servers are taken`,
    );
}

function sorry(
  { findings }: Conversion,
  map: MapNode,
  block: readonly Statement[],
  head: Head,
): void {
  const given = lastOf(block, "sorry_server");
  if (given === undefined) return;
  const [address = "", port] = given.words;
  if (!isAddress(address)) {
    findings.add("suspicious", given.origin, "sorry_server", `${quoted(address)} is no address`);
    return;
  }
  const node = new MapNode("flow").set("address", address);
  const own = head.kind === "address" ? head.port : 0;
  if (port !== undefined && Number(port) !== own) node.set("port", Number(port));
  map.set("sorry_server", node, given.origin);
  const method = lastOf(block, "sorry_server_lvs_method");
  if (method !== undefined)
    findings.add("left-out", method.origin, method.keyword, "write forwarding: into sorry_server");
}

const reasons: Readonly<Record<string, string>> = {
  quorum_up: "notify.command gets the event virtual_server up",
  quorum_down: "notify.command gets the event virtual_server down",
  ha_suspend: "the standby learns the results from the active router and does not check itself",
  omega: "notify.command gets every change",
  smtp_alert: "notify.command gets every change",
  nat_mask: "no keyword of keepalived's: it ignores it",
  net_mask: "no keyword of keepalived's: it ignores it",
  sorry_server_inhibit: "the sorry server is added and removed",
  ip_family: "the real servers say it",
  laddr_group_name: "for DPVS: no counterpart",
  local_address_group: "for DPVS: no counterpart",
  syn_proxy: "for DPVS: no counterpart",
};

/** What is read elsewhere, so that all else can be reported. */
const known = new Set([
  ...["real_server", "protocol", "lvs_sched", "lb_algo", "lvs_method", "lb_kind", "ops", "alpha"],
  ...[
    "persistence_timeout",
    "persistence_granularity",
    "persistence_engine",
    "delay_loop",
    "retry",
  ],
  ...["connect_timeout", "delay_before_retry", "warmup", "weight", "inhibit_on_failure", "quorum"],
  ...[
    "hysteresis",
    "sorry_server",
    "sorry_server_lvs_method",
    "virtualhost",
    ...flags,
    ...checkBlocks,
  ],
]);

function unused({ findings }: Conversion, block: readonly Statement[]): void {
  for (const { keyword, origin, words } of block) {
    if (known.has(keyword)) continue;
    const harmless = ["nat_mask", "net_mask", "ip_family", "ha_suspend"].includes(keyword);
    const reason = reasons[keyword] ?? "no keyword that is known here";
    findings.add(harmless ? "carried" : "left-out", origin, [keyword, ...words].join(" "), reason);
  }
}
