/** `checktype`, `service` and their directives as a check of lvsd's. */
import { neverFails } from "../never-fails.ts";
import { MapNode } from "../outline.ts";
import { dialogue } from "./dialogues.ts";
import {
  type CheckedVirtual,
  eitherOf,
  isYes,
  numberOf,
  originOf,
  ownOf,
  type Settings,
  timeoutOf,
} from "./settings.ts";
import type { Directive } from "./statements.ts";

/** Services that a port implies where none is given. */
const impliedServices: Readonly<Record<number, string>> = {
  21: "ftp",
  25: "smtp",
  53: "dns",
  80: "http",
  110: "pop",
  119: "nntp",
  143: "imap",
  389: "ldap",
  443: "https",
  587: "submission",
  636: "ldaps",
  993: "imaps",
  995: "pops",
  1521: "oracle",
  1812: "radius",
  3128: "http_proxy",
  3306: "mysql",
  5060: "sip",
  5432: "pgsql",
};
const servicePort: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(impliedServices).map(([port, service]) => [service, Number(port)]),
);
/** lvsd's types by ldirectord's services. */
const types: Readonly<Record<string, string>> = {
  http: "http",
  https: "https",
  smtp: "smtp",
  submission: "submission",
  pop: "pop3",
  pops: "pop3s",
  imap: "imap",
  imaps: "imaps",
  ldap: "ldap",
  ldaps: "ldaps",
  nntp: "nntp",
  dns: "dns",
  ftp: "ftp",
  radius: "radius",
  mysql: "mysql",
  pgsql: "pgsql",
  sip: "sip",
  simpletcp: "send_expect",
  http_proxy: "http",
};
const triesMax = 100;

/** The check; null: it is never checked and never in service (`off`). */
export function checkOf(virtual: CheckedVirtual): MapNode | null {
  const { settings, port, needsPort } = virtual;
  const { file, findings } = settings;
  const given = ownOf(settings, "checktype");
  const written = given?.value ?? "negotiate";
  const type = /\d/.test(written) ? "negotiate" : written;
  if (type !== written)
    findings.add(
      "changed",
      originOf(file, given),
      "checktype",
      `${written}: every check is the whole dialogue, and not one in ${Number(/\d+/.exec(written)?.[0])}`,
    );
  if (type === "off") return null;
  const named = ownOf(settings, "service");
  const service = serviceOf(settings, port);
  const check = new MapNode();
  const isNegotiate = type === "negotiate" && service !== "none";
  kindOf(check, virtual, type, service, named);
  const where = ownOf(settings, "checkport");
  const checkPort = numberOf(where, settings);
  if (checkPort !== undefined && hasNoPort(check))
    findings.add("left-out", originOf(file, where), "checkport", "this check goes to no port");
  else if (checkPort !== undefined) check.set("port", checkPort, originOf(file, where));
  else if (needsPort && isNegotiate && servicePort[service] !== undefined)
    check.set("port", servicePort[service], originOf(file, named));
  // These are bounded by checktimeout, as a connection is.
  const isLong = isNegotiate && !["ldap", "ldaps", "radius"].includes(service);
  if (check.get("type") !== "none") rhythm(check, settings, isLong);
  return check;
}

/** As written, or as the port implies; 0: a firewall mark. */
export const serviceOf = (settings: Settings, port: number): string =>
  ownOf(settings, "service")?.value ?? impliedServices[port] ?? "none";

/** The port that checks of a service go to where no real server names one. */
export const usualPort = (service: string): number | undefined =>
  Object.hasOwn(servicePort, service) ? servicePort[service] : undefined;

/** Of these types a check goes to the address, or where its program goes. */
export const hasNoPort = (check: MapNode): boolean =>
  ["none", "ping", "command"].includes(String(check.get("type")));

function rhythm(check: MapNode, settings: Settings, isNegotiate: boolean): void {
  const { file, findings } = settings;
  const interval = intervalIn(settings);
  const seconds = numberOf(interval, settings) ?? 10;
  const timeout = timeoutOf(settings, isNegotiate);
  const unused = isNegotiate ? undefined : ownOf(settings, "negotiatetimeout");
  if (unused !== undefined && unused !== timeout.by)
    findings.add(
      "carried",
      originOf(file, unused),
      "negotiatetimeout",
      "this check has checktimeout: it has no effect",
    );
  const failures = eitherOf(settings, "failurecount");
  check.set(
    "interval",
    `${seconds}s`,
    originOf(file, interval),
    "ldirectord paused so long after a whole round",
  );
  check.set("timeout", `${timeout.seconds}s`, originOf(file, timeout.by));
  check.set(
    "fall",
    Math.min(numberOf(failures, settings) ?? 1, triesMax),
    originOf(file, failures),
  );
  check.set("rise", 1);
  if (seconds < timeout.seconds)
    findings.add(
      "changed",
      originOf(file, interval ?? timeout.by),
      "checkinterval",
      `${seconds}s is shorter than the timeout (${timeout.seconds}s): a server that hangs is tried less often`,
    );
}

/** A block's own counts with fork=yes alone. */
function intervalIn(settings: Settings): Directive | undefined {
  const { file, findings, globals } = settings;
  const own = ownOf(settings, "checkinterval");
  const common = globals.findLast(({ name }) => name === "checkinterval");
  const forks = isYes(globals.findLast(({ name }) => name === "fork"));
  if (own === undefined || forks) return own ?? common;
  const text = "in a block it counts with fork=yes alone: ldirectord ignores it";
  findings.add("suspicious", originOf(file, own), "checkinterval", text);
  return common;
}

function kindOf(
  check: MapNode,
  virtual: CheckedVirtual,
  type: string,
  service: string,
  named: Directive | undefined,
): void {
  const { settings, protocol } = virtual;
  const { file, findings } = settings;
  const given = ownOf(settings, "checktype");
  switch (type) {
    case "connect":
      check.set("type", protocol === "udp" ? "ping" : "tcp", originOf(file, given));
      return;
    case "ping":
      check.set("type", "ping", originOf(file, given));
      return;
    case "external":
    case "external-perl":
      external(check, settings, type, given);
      return;
    case "on":
      check.set("type", "none", originOf(file, given));
      findings.add("suspicious", originOf(file, given), "checktype=on", "it can never fail");
      return;
    case "negotiate":
      break;
    default:
    // Refused where the file is read; with --lenient negotiate is taken.
  }
  if (service === "none") {
    check.set("type", "none");
    findings.add(
      "suspicious",
      originOf(file, named ?? given),
      virtual.subject,
      "no service is given and none implied by the port: the check can never fail",
    );
    return;
  }
  const own = types[service];
  if (own === undefined) {
    check.set("type", "tcp", originOf(file, named));
    findings.add(
      "left-out",
      originOf(file, named),
      `service=${service}`,
      "lvsd has no such check; a connection is tried instead, a program would be `type: command`",
    );
    return;
  }
  check.set("type", own, originOf(file, named));
  dialogue(check, virtual, service);
}

function external(
  check: MapNode,
  settings: Settings,
  type: string,
  given: Directive | undefined,
): void {
  const { file, findings } = settings;
  const command = ownOf(settings, "checkcommand");
  check.set("type", "command", originOf(file, given));
  check.set("command", command?.value ?? "/bin/true", originOf(file, command));
  check.set("convention", "ldirectord", null, "VIP, port, real server, its port");
  if (type === "external-perl")
    findings.add(
      "changed",
      originOf(file, given),
      "external-perl",
      "the program is run, not evaluated: it needs a first line #!/usr/bin/perl",
    );
  if (command !== undefined && neverFails(command.value))
    findings.add(
      "suspicious",
      originOf(file, command),
      "checkcommand",
      `${command.value} never fails`,
    );
  if (command === undefined)
    findings.add(
      "suspicious",
      originOf(file, given),
      "checktype=external",
      "no checkcommand: ldirectord runs /bin/true, which never fails",
    );
}
