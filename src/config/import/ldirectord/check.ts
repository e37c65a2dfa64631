/** `checktype`, `service` and their directives as a check of lvsd's. */
import { RE2JS } from "re2js";
import { messageOf } from "../../../model/error.ts";
import { neverFails } from "../never-fails.ts";
import { MapNode, Missing } from "../outline.ts";
import { eitherOf, numberOf, originOf, ownOf, type Settings, timeoutOf } from "./settings.ts";
import type { Directive } from "./statements.ts";

/** Services that a port implies where none is given. */
const impliedServices: Readonly<Record<number, string>> = {
  ...{ 21: "ftp", 25: "smtp", 53: "dns", 80: "http", 110: "pop", 119: "nntp", 143: "imap" },
  ...{ 389: "ldap", 443: "https", 587: "submission", 636: "ldaps", 993: "imaps", 995: "pops" },
  ...{
    1521: "oracle",
    1812: "radius",
    3128: "http_proxy",
    3306: "mysql",
    5060: "sip",
    5432: "pgsql",
  },
};
const servicePort: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(impliedServices).map(([port, service]) => [service, Number(port)]),
);
/** lvsd's types by ldirectord's services. */
const types: Readonly<Record<string, string>> = {
  ...{ http: "http", https: "https", smtp: "smtp", submission: "submission", pop: "pop3" },
  ...{ pops: "pop3s", imap: "imap", imaps: "imaps", ldap: "ldap", ldaps: "ldaps", nntp: "nntp" },
  ...{ dns: "dns", ftp: "ftp", radius: "radius", mysql: "mysql", pgsql: "pgsql", sip: "sip" },
  ...{ simpletcp: "send_expect", http_proxy: "http" },
};
const triesMax = 100;

/** What a virtual's check depends on besides its directives. */
export interface CheckedVirtual {
  readonly settings: Settings;
  readonly subject: string;
  readonly protocol: "tcp" | "udp" | "fwm";
  /** 0: a firewall mark. */
  readonly port: number;
  /** A real server names no port, and the virtual has none. */
  readonly needsPort: boolean;
  /** Of the virtual, or of one real server where it has its own pair. */
  readonly request: string | undefined;
  readonly receive: string | undefined;
}

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
      `${written}: every check is the whole dialogue, not each ${Number(/\d+/.exec(written)?.[0])}th`,
    );
  if (type === "off") return null;
  const named = ownOf(settings, "service");
  const service = named?.value ?? impliedServices[port] ?? "none";
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
  if (check.get("type") !== "none") rhythm(check, settings, isNegotiate);
  return check;
}

/** Of these types a check goes to the address, or where its program goes. */
export const hasNoPort = (check: MapNode): boolean =>
  ["none", "ping", "command"].includes(String(check.get("type")));

function rhythm(check: MapNode, settings: Settings, isNegotiate: boolean): void {
  const { file, findings } = settings;
  const interval = eitherOf(settings, "checkinterval");
  const seconds = numberOf(interval, settings) ?? 10;
  const timeout = timeoutOf(settings, isNegotiate);
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
      findings.add(
        "suspicious",
        originOf(file, given),
        "checktype",
        `${JSON.stringify(type)} is unknown; negotiate is taken`,
      );
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

const sqlServices = ["mysql", "pgsql"];
const mailServices = ["pop", "pops", "imap", "imaps"];

function dialogue(check: MapNode, virtual: CheckedVirtual, service: string): void {
  const { settings, receive, request } = virtual;
  const { file, findings } = settings;
  const login = ownOf(settings, "login");
  if (["http", "https", "http_proxy"].includes(service)) http(check, virtual, service);
  else if (service === "simpletcp") {
    if (request !== undefined) check.set("send", request.replaceAll("\n", "\\n"));
    if (receive !== undefined) pattern(check, virtual, receive);
  } else if (service === "dns") dns(check, virtual);
  else if (sqlServices.includes(service) && request !== undefined) {
    if (login !== undefined && login.value !== "") check.set("query", request);
    else
      findings.add(
        "left-out",
        originOf(file, ownOf(settings, "request")),
        "request",
        "nothing is asked without a login; lvsd reads the greeting",
      );
  } else if ((service === "ldap" || service === "ldaps") && request !== undefined) {
    check.set("base", request.replace(/^\//, ""));
    if (receive !== undefined) pattern(check, virtual, receive);
  } else if (service === "ftp") {
    if (request !== undefined) check.set("path", request);
    if (receive !== undefined) pattern(check, virtual, receive);
  }
  const database = ownOf(settings, "database");
  if (database !== undefined && sqlServices.includes(service))
    check.set("database", database.value, originOf(file, database));
  if (login !== undefined && login.value !== "")
    check.set("user", login.value, originOf(file, login));
  for (const secret of ["passwd", "secret"]) {
    const word = ownOf(settings, secret);
    if (word === undefined || word.value === "") continue;
    if (secret === "passwd" && check.get("user") === undefined) {
      findings.add("left-out", originOf(file, word), secret, "it stands without a login");
      continue;
    }
    const key = secret === "secret" ? "secret_file" : "password_file";
    check.set(
      key,
      `/etc/lvsd/${virtual.subject.replaceAll(/[^A-Za-z0-9.-]+/g, "-")}.${secret}`,
      originOf(file, word),
      `put the ${secret} of this line into it, mode 0600`,
    );
    findings.add(
      "changed",
      originOf(file, word),
      secret,
      "secrets stand in a file of their own; it is named in the result and must be made",
    );
  }
  const isDatabase = sqlServices.includes(service);
  if (isDatabase && check.get("user") !== undefined && check.get("password_file") === undefined)
    check.set(
      "password_file",
      new Missing("file", "a file whose first line is the password; this one has none"),
    );
  if (mailServices.includes(service) && login === undefined && service.startsWith("pop"))
    findings.add(
      "changed",
      originOf(file, ownOf(settings, "service")),
      `service=${service}`,
      "without login ldirectord's check never fails; lvsd reads the greeting",
    );
}

function http(check: MapNode, virtual: CheckedVirtual, service: string): void {
  const { settings, request, receive } = virtual;
  const { file, findings } = settings;
  const method = ownOf(settings, "httpmethod");
  if (method?.value.toUpperCase() === "HEAD") check.set("method", "HEAD", originOf(file, method));
  const path = ownOf(settings, "request");
  const isProxied = service === "http_proxy" && /^http:\/\/[^/]/.test(request ?? "");
  if (request !== undefined && isProxied)
    check.set("path", request.replace(/^(http:\/\/[^/]+)$/, "$1/"), originOf(file, path));
  else if (request !== undefined && /^https?:/.test(request))
    findings.add(
      "left-out",
      originOf(file, path),
      "request",
      `${request.slice(0, 60)}: a whole URL leads to another machine`,
    );
  else
    check.set(
      "path",
      request === undefined ? "/" : request.replace(/^(?!\/)/, "/"),
      originOf(file, path),
    );
  const host = ownOf(settings, "virtualhost");
  if (host !== undefined) check.set("host", host.value, originOf(file, host));
  if (receive !== undefined && receive !== "") {
    if (/^HTTP\/1/.test(receive))
      findings.add(
        "suspicious",
        originOf(file, ownOf(settings, "receive")),
        "receive",
        "the status line is not searched: ldirectord keeps every server down; left out",
      );
    else if (check.get("method") === "HEAD")
      findings.add(
        "suspicious",
        originOf(file, ownOf(settings, "receive")),
        "receive",
        "a HEAD answer has no body; left out",
      );
    else pattern(check, virtual, receive);
  }
  findings.add(
    "changed",
    originOf(file, path),
    "redirects",
    "ldirectord follows them, lvsd does not: give the last path, or add 3xx to status",
  );
  if (service !== "https") return;
  check.set("tls", new MapNode("flow").set("verify", false));
  findings.add(
    "suspicious",
    originOf(file, ownOf(settings, "service")),
    "service=https",
    "certificates are not verified, as with ldirectord; `tls: { ca: ... }` verifies them",
  );
}

function dns(check: MapNode, virtual: CheckedVirtual): void {
  const { settings, request, receive } = virtual;
  const { file, findings } = settings;
  check.set(
    "name",
    (request ?? ".").replace(/^\//, ""),
    originOf(file, ownOf(settings, "request")),
  );
  check.set("record", "A");
  if (receive !== undefined && receive !== "")
    check.set("expect", receive, originOf(file, ownOf(settings, "receive")));
  else
    findings.add(
      "suspicious",
      originOf(file, ownOf(settings, "service")),
      "service=dns",
      "without receive ldirectord keeps every server down; any answer passes here",
    );
}

/** Perl's expressions, as far as RE2 has them. */
function pattern(check: MapNode, { settings }: CheckedVirtual, receive: string): void {
  const { file, findings } = settings;
  const given = ownOf(settings, "receive");
  const plain = /^[\w\s/:=,<>@"'%&;~!-]*$/.test(receive);
  if (plain) {
    check.set("expect", receive, originOf(file, given));
    return;
  }
  try {
    RE2JS.compile(receive);
    check.set("expect", receive, originOf(file, given)).set("regex", true);
  } catch (thrown) {
    findings.add(
      "left-out",
      originOf(file, given),
      "receive",
      `no RE2 pattern: ${messageOf(thrown)}`,
    );
  }
}
