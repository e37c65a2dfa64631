/**
 * A hand-made IPVS table as lvsd's configuration. A table has no checks: every real server of a TCP
 * service gets a tcp check as a start.
 */
import { isIPv6 } from "node:net";
import { weightMax } from "../../../model/service.ts";
import { Findings, type ForeignFile, type Imported, type ImportOptions } from "../imported.ts";
import { allPorts } from "../mending/all-ports.ts";
import { mend } from "../mending/mend.ts";
import { Names } from "../names.ts";
import { MapNode, Missing, type Origin } from "../outline.ts";
import { hasFallback, isScheduler, schedulerFlags } from "../schedulers.ts";
import {
  placeOf,
  reportAllPorts,
  reportMark,
  type Surroundings,
  surroundingsOf,
} from "../surroundings.ts";
import { readTable, type Server, type Service, type Table } from "./statements.ts";

/** What is made of the file, and what is to be said of it. */
interface Conversion {
  readonly root: MapNode;
  readonly file: string;
  readonly findings: Findings;
  readonly around: Surroundings;
}

/** Text in, configuration and findings out; `others` are of the same site. Never throws. */
export function importIpvsadm(
  file: ForeignFile,
  options: ImportOptions,
  others: readonly ForeignFile[],
): Imported {
  const table = readTable(file);
  if ("problems" in table) return table;
  const findings = new Findings();
  const around = surroundingsOf(others, findings);
  const conversion = { root: new MapNode(), file: file.name, findings, around };
  routers(conversion.root, options);
  globals(conversion, table);
  servicesOf(conversion, table.services);
  mend(conversion.root, findings);
  return { root: conversion.root, findings: findings.all() };
}

function globals({ root, file }: Conversion, { timeouts, sync: found }: Table): void {
  const names = ["tcp", "tcp_fin", "udp"];
  for (const [at, seconds] of (timeouts?.seconds ?? []).entries()) {
    const origin = { file, line: timeouts?.line ?? 1 };
    if (seconds > 0) root.map("timeouts", origin).set(names[at] ?? "", `${seconds}s`);
  }
  if (found === null) return;
  const { line, ...sync } = found;
  const map = root.map("connection_sync", { file, line });
  for (const [key, value] of Object.entries(sync)) map.set(key, value);
}

function servicesOf(conversion: Conversion, services: readonly Service[]): void {
  const { root, file, findings } = conversion;
  const names = new Names();
  const marks = new Map<number, Service>();
  for (const service of services) {
    const twin = service.protocol === "mark" ? marks.get(service.mark) : undefined;
    if (twin !== undefined) continue;
    if (service.protocol === "mark") marks.set(service.mark, service);
    const origin = { file, line: service.line };
    const port = service.port === 0 ? "any" : String(service.port);
    const wanted =
      service.protocol === "mark"
        ? `mark-${service.mark}`
        : `${service.protocol}-${service.address.replaceAll(":", "-")}-${port}`;
    const map = root.map("virtual_servers").map(names.give(wanted, "virtual"), origin);
    if (service.protocol === "mark") markOf(conversion, map, service);
    else addressOf(conversion, map, service);
    settings(conversion, map, service);
    realServers(conversion, map, service, bothFamilies(conversion, service, services));
  }
  if (services.length === 0) findings.add("suspicious", null, file, "the table is empty");
  else
    findings.add(
      "changed",
      null,
      "checks",
      "the table has none: TCP services get a tcp check, others none; docs/checks.md lists better ones",
    );
}

/** A mark has a service for each family in the table, and one for both with lvsd. */
function bothFamilies(
  { file, findings }: Conversion,
  service: Service,
  services: readonly Service[],
): readonly Server[] {
  if (service.protocol !== "mark") return service.servers;
  const same = services.filter(
    ({ protocol, mark }) => protocol === "mark" && mark === service.mark,
  );
  for (const other of same.slice(1)) {
    const differs =
      other.scheduler !== service.scheduler || other.persistence !== service.persistence;
    const text = `one service for both families, as in line ${service.line}`;
    findings.add(
      differs ? "suspicious" : "carried",
      { file, line: other.line },
      other.key,
      differs ? `${text}, whose scheduler and persistence are taken` : text,
    );
  }
  return same.flatMap(({ servers }) => servers);
}

function routers(root: MapNode, options: ImportOptions): void {
  const map = root.map("routers");
  for (const role of ["primary", "backup"] as const) {
    const given = options[role];
    if (given !== null) {
      const router = map.map(role, null, "flow").set("public", given.public);
      if (given.private !== null) router.set("private", given.private);
    } else if (role === "primary")
      map
        .map(role)
        .set(
          "public",
          new Missing("router", "this router's own address; add backup: for the second one"),
        );
  }
}

function addressOf({ file, findings, around }: Conversion, map: MapNode, service: Service): void {
  const origin = { file, line: service.line };
  const place = placeOf(around, service.address);
  if (place === null) {
    const comment = "add the prefix length of its network, or a device:";
    map.set("address", service.address, origin, comment);
  } else map.set("address", `${service.address}/${place.length}`, origin);
  if (place?.device) map.set("device", place.device);
  map.set("protocol", service.protocol);
  if (service.port === 0) {
    map.set("ports", [allPorts], origin, "all ports");
    reportAllPorts(origin, service.key, service.protocol, findings);
  } else map.set("port", service.port);
}

function markOf(
  { root, file, findings, around }: Conversion,
  map: MapNode,
  service: Service,
): void {
  const origin = { file, line: service.line };
  map.set("fwmark", service.mark, origin);
  root.set("marks", "external", null, "the rules that set the marks are yours");
  const about = { origin, subject: service.key, file: "table" };
  reportMark(around, service.mark, about, findings);
}

function settings({ file, findings }: Conversion, map: MapNode, service: Service): void {
  const origin = { file, line: service.line };
  const { key, persistence, netmask, engine } = service;
  scheduling(map, service, origin, findings);
  const isUdp = service.protocol === "udp";
  if (service.onePacket && (isUdp || service.protocol === "mark")) {
    map.set("one_packet", true);
    if (!isUdp) map.set("protocol", "udp", null, "one_packet is for datagrams");
  } else if (service.onePacket)
    findings.add(
      "carried",
      origin,
      key,
      "-o is for datagrams: the kernel does nothing else with it",
    );
  if (persistence !== null) {
    const sticky = map.map("persistence").set("timeout", `${persistence}s`);
    const whole = netmask === "255.255.255.255" || netmask === "128";
    if (netmask !== null && !whole) sticky.set("netmask", netmask);
    if (engine === "sip" && isUdp) sticky.set("engine", engine);
    else if (engine !== null)
      findings.add(
        "left-out",
        origin,
        key,
        `--pe ${engine}: the kernel's only engine is sip, for UDP: without it clients are told apart by their address`,
      );
  } else if (netmask !== null || engine !== null)
    findings.add("left-out", origin, key, "-M and --pe have no effect without -p");
  const isTried = service.protocol === "tcp" && service.port !== 0;
  map.set("check", new MapNode("flow").set("type", isTried ? "tcp" : "none"));
}

function scheduling(map: MapNode, service: Service, origin: Origin, findings: Findings): void {
  const { key, scheduler } = service;
  const name = isScheduler(scheduler) ? scheduler : "wlc";
  map.set("scheduler", name);
  if (name !== scheduler)
    findings.add(
      "suspicious",
      origin,
      key,
      `${JSON.stringify(scheduler.slice(0, 40))} is no scheduler of lvsd's; wlc is taken`,
    );
  const { flags, ignored } = schedulerFlags(name, service.flags);
  if (flags.length > 0 || hasFallback(name)) map.set("scheduler_flags", flags);
  if (ignored.length > 0)
    findings.add("suspicious", origin, key, `${ignored.join(", ")}: no flags of ${name}; left out`);
}

function realServers(
  conversion: Conversion,
  map: MapNode,
  service: Service,
  servers: readonly Server[],
): void {
  const counts = Map.groupBy(servers, ({ forwarding }) => forwarding);
  const [most = "direct"] = [...counts]
    .sort((a, b) => b[1].length - a[1].length)
    .map(([name]) => name);
  map.set("forwarding", most);
  const list = map.map("real_servers");
  const seen = new Set<string>();
  for (const [at, server] of servers.entries()) {
    const one = realServer(conversion, service, server, most, seen);
    if (one !== null) list.set(`rs${at + 1}`, one, { file: conversion.file, line: server.line });
  }
}

function realServer(
  { file, findings }: Conversion,
  service: Service,
  server: Server,
  most: string,
  seen: Set<string>,
): MapNode | null {
  const { address, forwarding } = server;
  const origin = { file, line: server.line };
  const say = (kind: "suspicious" | "left-out" | "changed", text: string): void =>
    findings.add(kind, origin, address, text);
  const isOther = service.protocol !== "mark" && isIPv6(address) !== isIPv6(service.address);
  if (isOther && forwarding !== "tunnel") {
    say("left-out", `of the other address family than its service: ${forwarding} keeps the family`);
    return null;
  }
  const isMark = service.protocol === "mark";
  const maps = forwarding === "nat" && !(isMark && service.persistence !== null);
  const port = maps && server.port !== 0 ? server.port : service.port;
  if (seen.has(`${address} ${port}`)) {
    say("suspicious", "listed twice: ipvsadm refuses the second; left out");
    return null;
  }
  seen.add(`${address} ${port}`);
  const one = new MapNode("flow").set("address", address);
  if (port !== service.port) one.set("port", port);
  else if (server.port !== service.port && server.port !== 0)
    say(
      "changed",
      isMark
        ? `port ${server.port}: connections keep their port, which the kernel takes: 0 in lvsd's table`
        : `port ${server.port}: with ${forwarding} the kernel takes ${service.port}`,
    );
  const weight = Math.min(server.weight, weightMax);
  one.set("weight", weight);
  if (weight !== server.weight) say("changed", `weight ${server.weight}: ${weightMax} is the most`);
  if (forwarding !== most) one.set("forwarding", forwarding);
  if (server.tunnel !== null && forwarding === "tunnel") one.set("tunnel", server.tunnel);
  if (server.max > 0 || server.min > 0) {
    const limits = new MapNode("flow").set("max", server.max);
    one.set("connections", server.min > 0 ? limits.set("min", server.min) : limits);
  }
  if (weight === 0)
    say("suspicious", "weight 0: drained or failed when the table was saved? It stays at 0");
  return one;
}
