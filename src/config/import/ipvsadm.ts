/**
 * A hand-made IPVS table: what `ipvsadm -S -n` or `ipvsadm-save -n` prints (ipvsadm(8)), or a script
 * of ipvsadm commands in that form. Every real server of a TCP service gets a tcp check as a start.
 */
import { isIP, isIPv6 } from "node:net";
import type { Problem } from "../../keys/problem.ts";
import { Findings, type ForeignFile, type Imported, type ImportOptions } from "./imported.ts";
import { mend } from "./mending/mend.ts";
import { Names } from "./names.ts";
import { MapNode, Missing } from "./outline.ts";
import { hasFallback } from "./schedulers.ts";
import {
  placeOf,
  reportAllPorts,
  reportMark,
  type Surroundings,
  surroundingsOf,
} from "./surroundings.ts";

const command =
  /^(?:\S*ipvsadm\s+)?(?:-[AaCZ]\b|--(?:add-service|add-server|clear|zero|set)\b|--set\b)/;

/** Whether a text is a table: its first statement is one of ipvsadm's. */
export function isIpvsadm(text: string): boolean {
  const lines = text.slice(0, 65_536).split(/\r?\n/);
  const first = lines.map((line) => line.trim()).find((line) => line !== "" && line[0] !== "#");
  return first !== undefined && command.test(first);
}

type Protocol = "tcp" | "udp" | "sctp";

interface Service {
  readonly key: string;
  readonly line: number;
  readonly protocol: Protocol | "mark";
  readonly address: string;
  readonly port: number;
  readonly mark: number;
  readonly scheduler: string;
  readonly flags: readonly string[];
  readonly persistence: number | null;
  readonly netmask: string | null;
  readonly engine: string | null;
  readonly onePacket: boolean;
  readonly servers: Server[];
}

interface Server {
  readonly line: number;
  readonly address: string;
  readonly port: number;
  readonly forwarding: "nat" | "direct" | "tunnel";
  readonly weight: number;
  readonly max: number;
  readonly min: number;
  readonly tunnel: MapNode | null;
}

/** Long options of the saved form, by their short ones. */
const shortOptions: Readonly<Record<string, string>> = {
  ...{ "--add-service": "-A", "--add-server": "-a", "--tcp-service": "-t", "--udp-service": "-u" },
  ...{ "--fwmark-service": "-f", "--scheduler": "-s", "--persistent": "-p", "--netmask": "-M" },
  ...{ "--real-server": "-r", "--gatewaying": "-g", "--masquerading": "-m", "--ipip": "-i" },
  ...{ "--weight": "-w", "--u-threshold": "-x", "--l-threshold": "-y", "--ipv6": "-6" },
  ...{ "--ops": "-o", "--sched-flags": "-b", "--clear": "-C", "--zero": "-Z" },
};

/** Options without a value. */
const flags = ["-A", "-a", "-g", "-m", "-i", "-6", "-o", "-C", "-Z", "-n"];
const serviceOptions = ["-t", "-u", "-f", "--sctp-service"];

const persistenceDefault = 300;

type Options = ReadonlyMap<string, string>;

class Unreadable extends Error {}

/** Text in, configuration and findings out; `others` are of the same site. Never throws. */
export function importIpvsadm(
  file: ForeignFile,
  options: ImportOptions,
  others: readonly ForeignFile[],
): Imported {
  const findings = new Findings();
  const problems: Problem[] = [];
  const services = new Map<string, Service>();
  const refuse = (line: number, message: string, hint: string): void => {
    if (problems.length < problemsMax)
      problems.push({ ...{ file: file.name, line, column: 1 }, message, hint });
  };
  for (const [at, written] of file.text.split("\n").entries()) {
    const words = written.trim().split(/\s+/);
    if (words[0]?.endsWith("ipvsadm")) words.shift();
    if (words[0] === undefined || words[0] === "" || words[0].startsWith("#")) continue;
    try {
      statement(optionsOf(words), at + 1, services);
    } catch (thrown) {
      if (!(thrown instanceof Unreadable)) throw thrown;
      const [message = "", hint = ""] = thrown.message.split("|");
      refuse(at + 1, message, hint);
    }
  }
  if (problems.length > 0) return { problems };
  const around = surroundingsOf(others, findings);
  const root = configuration(file, [...services.values()], options, around, findings);
  mend(root, findings);
  return { root, findings: findings.all() };
}

const problemsMax = 100;

function optionsOf(words: readonly string[]): Options {
  const options = new Map<string, string>();
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (!word.startsWith("-"))
      throw new Unreadable(`unexpected ${JSON.stringify(word)}|options begin with -`);
    const option = shortOptions[word] ?? word;
    const next = words[at + 1];
    const takesValue = !flags.includes(option) && next !== undefined && !/^-[A-Za-z-]/.test(next);
    options.set(option, takesValue ? next : "");
    if (takesValue) at += 1;
  }
  return options;
}

function statement(options: Options, line: number, services: Map<string, Service>): void {
  if (options.has("-C") || options.has("-Z")) return;
  const name = serviceOptions.find((option) => options.has(option));
  if (name === undefined)
    throw new Unreadable(
      "names no service|write -t, -u or --sctp-service ADDRESS:PORT, or -f MARK",
    );
  const key = `${name} ${options.get(name)}${options.has("-6") ? " -6" : ""}`;
  const known = services.get(key);
  if (options.has("-A")) {
    if (known !== undefined) throw new Unreadable(`${key} is added twice|remove one`);
    services.set(key, { ...serviceOf(name, options.get(name) ?? "", options), key, line });
    return;
  }
  if (!options.has("-a")) throw new Unreadable("neither -A nor -a|give what ipvsadm -S -n prints");
  if (known === undefined) throw new Unreadable(`${key} has no -A before|add the service first`);
  known.servers.push(serverOf(options, line, known.port));
}

function serviceOf(name: string, value: string, options: Options): Omit<Service, "key" | "line"> {
  const protocols: Record<string, Service["protocol"]> = { "-t": "tcp", "-u": "udp", "-f": "mark" };
  const protocol = protocols[name] ?? "sctp";
  const endpoint = protocol === "mark" ? { address: "", port: 0 } : endpointOf(value, 0);
  const mark = protocol === "mark" ? numberOf(value, 1, 2 ** 32 - 1, "firewall mark") : 0;
  const persistence = options.get("-p");
  return {
    ...endpoint,
    protocol,
    mark,
    scheduler: options.get("-s") ?? "wlc",
    flags: (options.get("-b") ?? "").split(",").filter((flag) => flag !== ""),
    persistence:
      persistence === undefined
        ? null
        : persistence === ""
          ? persistenceDefault
          : numberOf(persistence, 1, 31 * 86_400, "persistence timeout"),
    netmask: options.get("-M") ?? null,
    engine: options.get("--pe") ?? null,
    onePacket: options.has("-o"),
    servers: [],
  };
}

function serverOf(options: Options, line: number, port: number): Server {
  const value = options.get("-r");
  if (value === undefined || value === "") throw new Unreadable("no -r|name the real server");
  const number = (option: string, otherwise: number): number => {
    const given = options.get(option);
    return given === undefined ? otherwise : numberOf(given, 0, 2 ** 31 - 1, option);
  };
  return {
    ...endpointOf(value, port),
    line,
    forwarding: options.has("-m") ? "nat" : options.has("-i") ? "tunnel" : "direct",
    ...{ weight: number("-w", 1), max: number("-x", 0), min: number("-y", 0) },
    tunnel: tunnelOf(options),
  };
}

/** How packets are wrapped, where it is not IP in IP. */
function tunnelOf(options: Options): MapNode | null {
  const type = options.get("--tun-type") ?? "ipip";
  const map = new MapNode("flow").set("type", type);
  const port = options.get("--tun-port");
  if (port !== undefined) map.set("port", numberOf(port, 1, 65_535, "port"));
  if (options.has("--tun-csum")) map.set("checksum", true);
  if (options.has("--tun-remcsum")) map.set("checksum", "remote");
  return type === "ipip" && map.size === 1 ? null : map;
}

function endpointOf(written: string, portDefault: number): { address: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(written);
  const address = match?.[1] ?? match?.[2] ?? "";
  if (isIP(address) === 0)
    throw new Unreadable(
      `${JSON.stringify(written.slice(0, 60))} is no ADDRESS:PORT|print the table with -n`,
    );
  const port = match?.[3] === undefined ? portDefault : numberOf(match[3], 0, 65_535, "port");
  return { address, port };
}

function numberOf(written: string, min: number, max: number, what: string): number {
  const number = /^\d{1,10}$/.test(written) ? Number(written) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new Unreadable(
    `${JSON.stringify(written.slice(0, 40))} is no ${what}|use ${min} to ${max}`,
  );
}

function configuration(
  file: ForeignFile,
  services: readonly Service[],
  options: ImportOptions,
  around: Surroundings,
  findings: Findings,
): MapNode {
  const root = new MapNode();
  routers(root, options);
  const names = new Names();
  for (const service of services) {
    const origin = { file: file.name, line: service.line };
    const port = service.port === 0 ? "any" : String(service.port);
    const wanted =
      service.protocol === "mark"
        ? `mark-${service.mark}`
        : `${service.protocol}-${service.address.replaceAll(":", "-")}-${port}`;
    const map = root.map("virtual_servers").map(names.give(wanted, "virtual"), origin);
    service.protocol === "mark"
      ? markOf(map, service, file, findings, root, around)
      : addressOf(map, service, file, findings, around);
    settings(map, service, file, findings);
    realServers(map, service, file, findings);
  }
  if (services.length === 0) findings.add("suspicious", null, file.name, "the table is empty");
  else
    findings.add(
      "changed",
      null,
      "checks",
      "the table has none: TCP services get a tcp check, others none; docs/checks.md lists better ones",
    );
  return root;
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

function addressOf(
  map: MapNode,
  service: Service,
  file: ForeignFile,
  findings: Findings,
  around: Surroundings,
): void {
  const origin = { file: file.name, line: service.line };
  const place = placeOf(around, service.address);
  if (place === null) {
    const comment = "add the prefix length of its network, or a device:";
    map.set("address", service.address, origin, comment);
  } else map.set("address", `${service.address}/${place.length}`, origin);
  if (place?.device) map.set("device", place.device);
  map.set("protocol", service.protocol);
  if (service.port === 0) {
    map.set("ports", ["1-65535"], origin, "all ports");
    reportAllPorts(origin, service.key, service.protocol, findings);
  } else map.set("port", service.port);
}

function markOf(
  map: MapNode,
  service: Service,
  file: ForeignFile,
  findings: Findings,
  root: MapNode,
  around: Surroundings,
): void {
  const origin = { file: file.name, line: service.line };
  map.set("fwmark", service.mark, origin);
  root.set("marks", "external", null, "the rules that set the marks are yours");
  const about = { origin, subject: service.key, file: "table" };
  reportMark(around, service.mark, about, findings);
}

function settings(map: MapNode, service: Service, file: ForeignFile, findings: Findings): void {
  const origin = { file: file.name, line: service.line };
  map.set("scheduler", service.scheduler);
  if (service.flags.length > 0 || hasFallback(service.scheduler))
    map.set("scheduler_flags", service.flags);
  if (service.onePacket) map.set("one_packet", true);
  if (service.persistence !== null) {
    const sticky = map.map("persistence").set("timeout", `${service.persistence}s`);
    const whole = service.netmask === "255.255.255.255" || service.netmask === "128";
    if (service.netmask !== null && !whole) sticky.set("netmask", service.netmask);
    if (service.engine !== null) sticky.set("engine", service.engine);
  } else if (service.netmask !== null || service.engine !== null)
    findings.add("left-out", origin, service.key, "-M and --pe have no effect without -p");
  map.set("check", new MapNode("flow").set("type", service.protocol === "tcp" ? "tcp" : "none"));
}

function realServers(map: MapNode, service: Service, file: ForeignFile, findings: Findings): void {
  const counts = Map.groupBy(service.servers, ({ forwarding }) => forwarding);
  const [most = "direct"] = [...counts]
    .sort((a, b) => b[1].length - a[1].length)
    .map(([name]) => name);
  map.set("forwarding", most);
  const servers = map.map("real_servers");
  for (const [at, server] of service.servers.entries()) {
    const one = new MapNode("flow").set("address", server.address);
    if (server.port !== service.port) one.set("port", server.port);
    one.set("weight", server.weight);
    if (server.forwarding !== most) one.set("forwarding", server.forwarding);
    if (server.tunnel !== null && server.forwarding === "tunnel") one.set("tunnel", server.tunnel);
    if (server.max > 0 || server.min > 0) {
      const limits = new MapNode("flow").set("max", server.max);
      one.set("connections", server.min > 0 ? limits.set("min", server.min) : limits);
    }
    servers.set(`rs${at + 1}`, one, { file: file.name, line: server.line });
    if (server.weight === 0)
      findings.add(
        "suspicious",
        { file: file.name, line: server.line },
        server.address,
        "weight 0: drained or failed when the table was saved? It stays at 0",
      );
    if (isIPv6(server.address) !== isIPv6(service.address) && service.protocol !== "mark")
      findings.add(
        "suspicious",
        { file: file.name, line: server.line },
        server.address,
        "of the other address family than its service",
      );
  }
}
