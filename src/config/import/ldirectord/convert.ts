/**
 * ldirectord.cf as lvsd's configuration; several files of one router together. VIPs, routers and the
 * heartbeat were the business of Heartbeat or Pacemaker: their files can be given as well.
 */
import { isIPv6 } from "node:net";
import type { Problem } from "../../../keys/problem.ts";
import { claimsOf, withRouters } from "../claims.ts";
import { Findings, type ForeignFile, type Imported, type ImportOptions } from "../imported.ts";
import { mend } from "../mending/mend.ts";
import { Names } from "../names.ts";
import { MapNode, Missing } from "../outline.ts";
import { hasFallback, isScheduler } from "../schedulers.ts";
import { servicePorts } from "../service-ports.ts";
import { placeOf, reportMark } from "../surroundings.ts";
import { checkOf } from "./check.ts";
import type { Conversion, Head } from "./conversion.ts";
import { reportDifferences } from "./differences.ts";
import { foldPorts } from "./fold.ts";
import { mailOf } from "./mail.ts";
import { forwardingsOf, isAddress, methods, namesPort } from "./real.ts";
import { differing, realNode, realsIn } from "./real-servers.ts";
import { eitherOf, isYes, numberOf, originOf, ownOf, type Settings } from "./settings.ts";
import { type Directive, readLdirectord, type Virtual, type Wrong } from "./statements.ts";

/** Texts in, configuration and findings out. Never throws. */
export function importLdirectord(
  files: readonly ForeignFile[],
  others: readonly ForeignFile[],
  options: ImportOptions,
): Imported {
  const findings = new Findings();
  const conversion: Conversion = {
    ...{ root: new MapNode(), findings, options, names: new Names(), seen: new Map() },
    ...{ claims: claimsOf(others, findings), wrong: [] },
  };
  withRouters(conversion.root, conversion.claims, options);
  for (const file of files) convertFile(conversion, file);
  if (conversion.wrong.length > 0 && !options.lenient)
    return {
      problems: conversion.wrong.map(
        ({ file, wrong: { line, column, message, hint } }): Problem => ({
          ...{ file, line, column },
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
  mend(conversion.root, findings);
  return { root: conversion.root, findings: findings.all() };
}

function convertFile(conversion: Conversion, file: ForeignFile): void {
  const { globals, virtuals, wrong } = readLdirectord(file.text);
  for (const one of wrong) conversion.wrong.push({ file: file.name, wrong: one });
  for (const virtual of virtuals)
    convertVirtual(conversion, virtual, {
      ...{ file: file.name, own: virtual.directives, globals, findings: conversion.findings },
    });
  mailOf(conversion, file.name, globals);
  leftOut(conversion, file.name, globals, globalReasons);
}

function headOf({ head, name }: Virtual): Head | Wrong {
  const { value, line } = head;
  const wrong = (message: string, hint: string): Wrong => ({ line, column: 1, message, hint });
  if (/^\d{1,10}$/.test(value)) return { address: null, port: 0, mark: Number(value) };
  const match = /^(\[([^\]]+)\]|[^\s:]+)(?::([\w-]+))?/.exec(value);
  const address = match?.[2] ?? match?.[1] ?? "";
  const port = match?.[3];
  if (port === undefined)
    return wrong(
      `${value.slice(0, 60)} has no port: it becomes a firewall mark of its first number`,
      "write ADDRESS:PORT",
    );
  const number = servicePorts[port] ?? Number(port);
  if (!Number.isInteger(number) || number < 1 || number > 65_535)
    return wrong(`${JSON.stringify(port)} is no port`, "ranges are not possible; give one number");
  if (isAddress(address) && isIPv6(address) !== (name === "virtual6"))
    return wrong(`${address} under ${name}`, `use ${isIPv6(address) ? "virtual6" : "virtual"}`);
  return { address, port: number, mark: null };
}

function convertVirtual(conversion: Conversion, virtual: Virtual, settings: Settings): void {
  const { findings, root, names, seen } = conversion;
  const { file } = settings;
  const head = headOf(virtual);
  if ("message" in head) {
    conversion.wrong.push({ file, wrong: head });
    return;
  }
  const origin = { file, line: virtual.head.line };
  const subject = `virtual=${virtual.head.value}`;
  const protocol = protocolOf(settings, head);
  const key = `${protocol} ${virtual.name} ${head.mark ?? `${head.address}:${head.port}`}`;
  const twin = seen.get(key);
  if (twin !== undefined) {
    conversion.wrong.push({
      file,
      wrong: {
        line: origin.line,
        column: 1,
        message: `the same virtual as in ${twin}`,
        hint: "remove one",
      },
    });
    return;
  }
  seen.set(key, `${file}:${origin.line}`);
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
  const isMark = head.mark !== null;
  const needsPort = isMark && !reals.every(namesPort);
  const context = { settings, subject: virtual.head.value, protocol, port: head.port, needsPort };
  const check = checkOf({
    ...context,
    request: ownOf(settings, "request")?.value,
    receive: ownOf(settings, "receive")?.value,
  });
  if (check === null)
    map.set("active", false, originOf(file, ownOf(settings, "checktype")), "checktype=off");
  else map.set("check", check);
  reportDifferences({ settings, subject, isMark, isOff: check === null }, reals);
  fallback(conversion, map, settings, head);
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
      if (own !== null) node.set("check", differing(own, check));
    }
    const name = isAddress(real.host) ? `rs-${real.host.replaceAll(":", "-")}` : real.host;
    servers.set(serverNames.give(name, "rs"), node, { file, line: real.line });
  }
  if (reals.length === 0) findings.add("suspicious", origin, subject, "it has no real server");
  map.set("real_servers", servers);
  leftOut(conversion, file, virtual.directives, blockReasons);
  const wanted =
    ownOf(settings, "servicename")?.value ??
    (head.mark === null
      ? `${protocol}-${(head.address ?? "").replaceAll(":", "-")}-${head.port}`
      : `mark-${head.mark}`);
  const comment = ownOf(settings, "comment")?.value ?? virtual.comment;
  root.map("virtual_servers").set(names.give(wanted, "virtual"), map, origin, comment);
}

function protocolOf(settings: Settings, head: Head): "tcp" | "udp" | "fwm" {
  if (head.mark !== null) return "fwm";
  const given = ownOf(settings, "protocol")?.value;
  return given === "udp" || (given === undefined && head.port === 53) ? "udp" : "tcp";
}

function headKeys(
  { root, findings, claims }: Conversion,
  map: MapNode,
  head: Head,
  virtual: Virtual,
  protocol: "tcp" | "udp" | "fwm",
  { file }: Settings,
): void {
  const origin = { file, line: virtual.head.line };
  if (head.mark !== null) {
    map.set("fwmark", head.mark, origin);
    root.set("marks", "external", null, "the rules that set the marks are yours");
    const subject = `virtual=${head.mark}`;
    reportMark(claims.around, head.mark, { origin, subject, file: "ldirectord.cf" }, findings);
    return;
  }
  const address = head.address ?? "";
  if (!isAddress(address)) {
    map.set("address", new Missing("address", `the address of ${address}`), origin);
    findings.add(
      "suspicious",
      origin,
      `virtual=${virtual.head.value}`,
      "a name: VIPs are addresses",
    );
  } else {
    const place = placeOf(claims.around, address);
    map.set(
      "address",
      place === null ? address : `${address}/${place.length}`,
      origin,
      place === null ? "its prefix length or device: is in no given file" : null,
    );
    if (place?.device) map.set("device", place.device);
    if (place === null)
      findings.add(
        claims.floating.length > 0 ? "suspicious" : "changed",
        origin,
        `virtual=${virtual.head.value}`,
        `no given file says who claims ${address}: lvsd does, on the device whose network holds it; give the output of ip addr, or write device: none`,
      );
  }
  map.set("protocol", protocol).set("port", head.port);
}

function scheduling(map: MapNode, settings: Settings): void {
  const { file, findings } = settings;
  const [scheduler, flags] = [ownOf(settings, "scheduler"), ownOf(settings, "schedflags")];
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
  const [persistent, netmask] = [ownOf(settings, "persistent"), ownOf(settings, "netmask")];
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
  const given = eitherOf(settings, "fallback6") ?? eitherOf(settings, "fallback");
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
  if (method !== map.get("forwarding")) node.set("forwarding", method);
  map.set("sorry_server", node, originOf(file, given));
  if (address === head.address)
    findings.add("suspicious", originOf(file, given), given.name, "the fallback is the VIP itself");
}

const globalReasons: Readonly<Record<string, string>> = {
  callback: "cluster_sync copies the configuration to the other router",
  execute: "give that file as well",
  maintenancedir: "lvsd drain and disable take real servers out",
  fallbackcommand: "notify.command gets the event virtual_server down",
};
const blockReasons: Readonly<Record<string, string>> = {
  emailalert: "notify.mail is for all virtual servers alike",
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
