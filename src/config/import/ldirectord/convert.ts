/**
 * ldirectord.cf as lvsd's configuration; several files of one router together. VIPs, routers and the
 * heartbeat were the business of Heartbeat or Pacemaker: their files can be given as well.
 */
import type { Problem } from "../../../keys/problem.ts";
import { claimsOf, vipOf, withRouters } from "../claims.ts";
import { Findings, type ForeignFile, type Imported, type ImportOptions } from "../imported.ts";
import { mend } from "../mending/mend.ts";
import { Names } from "../names.ts";
import { MapNode } from "../outline.ts";
import { hasFallback, isScheduler } from "../schedulers.ts";
import { servicePorts } from "../service-ports.ts";
import { checkOf, hasNoPort, serviceOf, usualPort } from "./check.ts";
import type { Conversion, Head } from "./conversion.ts";
import { reportDifferences } from "./differences.ts";
import { foldPorts } from "./fold.ts";
import { headKeys, headOf, protocolOf, protocolWrong } from "./head.ts";
import { mailOf } from "./mail.ts";
import { forwardingsOf, isAddress, methods, namesPort, type Real } from "./real.ts";
import { differing, realNode, realsIn } from "./real-servers.ts";
import { eitherOf, isYes, numberOf, originOf, ownOf, type Settings } from "./settings.ts";
import { type Directive, readLdirectord, type Virtual } from "./statements.ts";

/** Texts in, configuration and findings out. Never throws. */
export function importLdirectord(
  files: readonly ForeignFile[],
  others: readonly ForeignFile[],
  options: ImportOptions,
): Imported {
  const findings = new Findings();
  const conversion: Conversion = {
    root: new MapNode(),
    findings,
    options,
    names: new Names(),
    seen: new Map(),
    count: { reals: 0 },
    claims: claimsOf(others, findings),
    wrong: [],
  };
  withRouters(conversion.root, conversion.claims, options);
  for (const file of files) convertFile(conversion, file);
  if (conversion.wrong.length > 0 && !options.lenient)
    return {
      problems: conversion.wrong.map(
        ({ file, wrong: { line, column, message, hint } }): Problem => ({
          file,
          line,
          column,
          message: `ldirectord refuses this: ${message}`,
          hint: `${hint === null ? "" : `${hint}; `}--lenient takes what was meant`,
        }),
      ),
    };
  for (const { file, wrong } of conversion.wrong)
    findings.add(
      "changed",
      { file, line: wrong.line },
      "--lenient",
      `ldirectord refuses the file for this: ${wrong.message}`,
    );
  foldPorts(conversion.root, findings, options.fold);
  floatingOnly(conversion);
  gatewayOf(conversion);
  mend(conversion.root, findings);
  return { root: conversion.root, findings: findings.all() };
}

/** Addresses that move between the nodes and belong to no virtual server: gateways, mostly. */
function floatingOnly({ root, claims, findings }: Conversion): void {
  const servers = root.get("virtual_servers");
  const used = new Set(
    (servers instanceof MapNode ? servers.entries() : []).map(({ value }) => {
      const address = value instanceof MapNode ? value.get("address") : "";
      return typeof address === "string" ? address.split("/")[0] : "";
    }),
  );
  const rest = claims.floating.filter(({ address }) => !used.has(address));
  if (rest.length === 0) return;
  root.set("vips", rest.map(vipOf));
  for (const { address, origin } of rest) {
    const text =
      "it belongs to no virtual server; where real servers use it as their gateway: nat_router";
    findings.add("carried", origin, address, text);
  }
}

/** With masq the real servers answer through the router, whichever that is. */
function gatewayOf({ root, findings }: Conversion): void {
  const servers = root.get("virtual_servers");
  const isNat = (servers instanceof MapNode ? servers.entries() : []).some(
    ({ value }) => value instanceof MapNode && value.get("forwarding") === "nat",
  );
  if (!isNat) return;
  const text =
    "with masq the real servers' default route leads through the active router, by an address that Heartbeat or Pacemaker moves: give it as nat_router";
  findings.add("changed", null, "nat_router", text);
}

function convertFile(conversion: Conversion, file: ForeignFile): void {
  const { globals, virtuals, wrong, carriageReturn } = readLdirectord(file.text);
  if (carriageReturn !== null)
    conversion.findings.add(
      "suspicious",
      { file: file.name, line: carriageReturn },
      "line ends",
      "a carriage return, which ldirectord keeps at the end of values such as virtualhost and checkcommand: convert the file",
    );
  for (const one of wrong) conversion.wrong.push({ file: file.name, wrong: one });
  for (const virtual of virtuals)
    convertVirtual(conversion, virtual, {
      file: file.name,
      own: virtual.directives,
      globals,
      findings: conversion.findings,
    });
  mailOf(conversion, file.name, globals);
  leftOut(conversion, file.name, globals, globalReasons);
  const plain = globals.filter(({ name }) => needless.includes(name));
  if (plain.length > 0)
    conversion.findings.add(
      "carried",
      { file: file.name, line: plain[0]?.line ?? 1 },
      [...new Set(plain.map(({ name }) => name))].join(", "),
      "about ldirectord's own process: there is nothing to carry over",
    );
}

/** Directives that lvsd needs no counterpart of. */
const needless = [
  "autoreload",
  "logfile",
  "supervised",
  "fork",
  "cleanstop",
  "readdquiescent",
  "checkcount",
  "load",
];

function convertVirtual(conversion: Conversion, virtual: Virtual, settings: Settings): void {
  const { findings, root, names } = conversion;
  const { file } = settings;
  const head = headIn(conversion, virtual, settings);
  if (head === null) return;
  const origin = { file, line: virtual.head.line };
  const subject = `virtual=${virtual.head.value}`;
  const protocol = protocolOf(settings, head);
  const map = new MapNode();
  headKeys(conversion, map, head, virtual, protocol, settings);
  const reals = realsIn(conversion, virtual, settings, head);
  const [most = "direct", ...others] = forwardingsOf(reals);
  map.set("forwarding", most);
  if (others.length > 0)
    findings.add(
      "changed",
      origin,
      subject,
      "servers of different forwarding methods; each says its own",
    );
  scheduling(map, settings);
  if (isYes(eitherOf(settings, "quiescent")))
    map.set("quiesce", true, originOf(file, eitherOf(settings, "quiescent")));
  const servers = serversOf(conversion, virtual, settings, { head, protocol, map, reals, most });
  fallback(conversion, map, settings, head);
  if (reals.length === 0) findings.add("suspicious", origin, subject, "it has no real server");
  map.set("real_servers", servers);
  leftOut(conversion, file, virtual.directives, blockReasons);
  const wanted =
    ownOf(settings, "servicename")?.value ??
    (head.mark === null
      ? `${protocol}-${(head.address ?? "").replaceAll(":", "-")}-${head.port === 0 ? "any" : head.port}`
      : `mark-${head.mark}`);
  const comment = ownOf(settings, "comment")?.value ?? virtual.comment;
  root.map("virtual_servers").set(names.give(wanted, "virtual"), map, origin, comment);
}

/** What the line `virtual=` names; null: ldirectord refuses it. */
function headIn(
  { findings, seen, wrong }: Conversion,
  virtual: Virtual,
  settings: Settings,
): Head | null {
  const { file } = settings;
  const { line, value } = virtual.head;
  const head = headOf(virtual);
  if ("message" in head) {
    wrong.push({ file, wrong: head });
    return null;
  }
  const refused = protocolWrong(settings, head);
  if (refused !== null) wrong.push({ file, wrong: refused });
  if (head.mark !== null && !/^\d+(?:\s|$)/.test(value))
    findings.add(
      "suspicious",
      { file, line },
      `virtual=${value}`,
      `no ADDRESS:PORT: ldirectord takes its first number for a firewall mark, ${head.mark}, which was never meant`,
    );
  const key = `${protocolOf(settings, head)} ${virtual.name} ${head.mark ?? `${head.address}:${head.port}`}`;
  const twin = seen.get(key);
  if (twin !== undefined) {
    const message = `the same virtual as in ${twin}`;
    wrong.push({ file, wrong: { line, column: 1, message, hint: "remove one" } });
    return null;
  }
  seen.set(key, `${file}:${line}`);
  return head;
}

interface Block {
  readonly head: Head;
  readonly protocol: "tcp" | "udp" | "fwm";
  readonly map: MapNode;
  readonly reals: readonly Real[];
  readonly most: string;
}

/** The real servers; their common check, and that of those that have their own. */
function serversOf(
  conversion: Conversion,
  virtual: Virtual,
  settings: Settings,
  { head, protocol, map, reals, most }: Block,
): MapNode {
  const { file } = settings;
  const isMark = head.mark !== null;
  const needsPort = head.port === 0 && !reals.every(namesPort);
  const context = { settings, subject: virtual.head.value, protocol, port: head.port, needsPort };
  const request = ownOf(settings, "request");
  const receive = ownOf(settings, "receive");
  const check = checkOf({ ...context, request: request?.value, receive: receive?.value });
  if (check === null)
    map.set("active", false, originOf(file, ownOf(settings, "checktype")), "checktype=off");
  else map.set("check", check);
  const subject = `virtual=${virtual.head.value}`;
  reportDifferences({ settings, subject, isMark, isOff: check === null }, reals);
  const servers = new MapNode();
  const serverNames = new Names();
  for (const real of reals) {
    const node = realNode(conversion, real, head, most, settings);
    if (real.request !== null && check !== null) {
      const own = checkOf({
        ...context,
        request: real.request,
        receive: real.receive ?? undefined,
      });
      const different = own === null ? null : differing(own, check);
      if (different !== null && different.size > 0) node.set("check", different);
    }
    if (check !== null) checkedPort(conversion, node, real, { check, head, settings });
    const name = isAddress(real.host) ? `rs-${real.host.replaceAll(":", "-")}` : real.host;
    servers.set(serverNames.give(name, "rs"), node, { file, line: real.line });
  }
  return servers;
}

/** A real server without a port is checked on the port of the service, whatever the virtual's is. */
function checkedPort(
  { findings }: Conversion,
  node: MapNode,
  real: Real,
  { check, head, settings }: { check: MapNode; head: Head; settings: Settings },
): void {
  if (namesPort(real) || head.port === 0 || hasNoPort(check) || check.has("port")) return;
  const service = serviceOf(settings, head.port);
  const usual = usualPort(service);
  if (usual === head.port) return;
  const origin = { file: settings.file, line: real.line };
  const text = `no port: ldirectord checks port ${usual ?? "0, where nothing answers"}, and sends connections to ${head.port}`;
  findings.add("suspicious", origin, `real=${real.host}`, text);
  if (usual === undefined) return;
  const own = node.get("check");
  node.set("check", (own instanceof MapNode ? own : new MapNode("flow")).set("port", usual));
}

function scheduling(map: MapNode, settings: Settings): void {
  const { file, findings } = settings;
  const scheduler = ownOf(settings, "scheduler");
  const flags = ownOf(settings, "schedflags");
  const written = scheduler?.value ?? "wrr";
  const name = isScheduler(written) ? written : "wrr";
  map.set("scheduler", name, originOf(file, scheduler));
  if (name !== written)
    findings.add(
      "suspicious",
      originOf(file, scheduler),
      "scheduler",
      `${JSON.stringify(written.slice(0, 60))} is no scheduler of the kernel: ldirectord asks for it in vain; wrr is taken`,
    );
  if (flags !== undefined)
    map.set("scheduler_flags", flags.value.split(","), originOf(file, flags));
  else if (hasFallback(name)) map.set("scheduler_flags", []);
  if (isYes(ownOf(settings, "ops")) && map.get("protocol") === "udp")
    map.set("one_packet", true, originOf(file, ownOf(settings, "ops")));
  const persistent = ownOf(settings, "persistent");
  const netmask = ownOf(settings, "netmask");
  const seconds = numberOf(persistent, settings);
  if (seconds !== undefined) {
    const sticky = map.map("persistence", originOf(file, persistent)).set("timeout", `${seconds}s`);
    const isWhole = netmask === undefined || ["255.255.255.255", "128"].includes(netmask.value);
    if (!isWhole) sticky.set("netmask", netmask.value, originOf(file, netmask));
  } else if (netmask !== undefined)
    findings.add(
      "suspicious",
      originOf(file, netmask),
      "netmask",
      "has no effect without persistent",
    );
}

function fallback({ findings }: Conversion, map: MapNode, settings: Settings, head: Head): void {
  const isSix = head.isSix;
  const given = eitherOf(settings, isSix ? "fallback6" : "fallback");
  if (given === undefined) return;
  const { file } = settings;
  const isGlobal = ownOf(settings, given.name) === undefined;
  const match = /^(\[([^\]]+)\]|[^\s:]+)(?::([\w-]+))?(?:\s+(gate|masq|ipip))?/.exec(given.value);
  const address = match?.[2] ?? match?.[1] ?? "";
  const port = match?.[3] === undefined ? head.port : (servicePorts[match[3]] ?? Number(match[3]));
  if (!isAddress(address) || (isGlobal && head.mark !== null)) {
    const text =
      head.mark === null
        ? `${given.value} is no address`
        : "does not work for firewall marks: ldirectord ends up without an address";
    findings.add("left-out", originOf(file, given), given.name, text);
    return;
  }
  const node = new MapNode("flow").set("address", address);
  const method = methods[(match?.[4] ?? "gate") as keyof typeof methods];
  if (port !== head.port && port > 0 && method === "nat") node.set("port", port);
  else if (port !== head.port && port > 0)
    findings.add(
      "suspicious",
      originOf(file, given),
      given.name,
      `port ${port}: with ${match?.[4] ?? "gate"} the kernel uses the connection's own`,
    );
  if (method !== map.get("forwarding")) node.set("forwarding", method);
  map.set("sorry_server", node, originOf(file, given));
  if (address === head.address)
    findings.add("suspicious", originOf(file, given), given.name, "the fallback is the VIP itself");
}

const mailReasons = {
  emailalertfreq: "notify.mail.every bounds the mails, and a state that lasts is mailed once",
  emailalertstatus: "notify.mail.events says which changes are mailed",
};
const globalReasons: Readonly<Record<string, string>> = {
  ...mailReasons,
  callback: "cluster_sync copies the configuration to the other router",
  execute: "give that file as well",
  maintenancedir: "lvsd drain and disable take real servers out",
  fallbackcommand: "notify.command gets the event virtual_server down",
};
const blockReasons: Readonly<Record<string, string>> = {
  emailalert: "notify.mail is for all virtual servers alike",
  smtp: "notify.mail is for all virtual servers alike",
  ...mailReasons,
  fallbackcommand: "notify.command gets the event virtual_server down",
  monitorfile: "the log has each change of a state; lvsd probe shows one check",
};

function leftOut(
  { findings }: Conversion,
  file: string,
  directives: readonly Directive[],
  reasons: Readonly<Record<string, string>>,
): void {
  for (const { name, line, value } of directives)
    if (Object.hasOwn(reasons, name))
      findings.add(
        "left-out",
        { file, line },
        `${name}=${value}`.slice(0, 80),
        reasons[name] ?? "",
      );
}
