/** What the services of ldirectord ask and await, as keys of lvsd's checks. */
import { isIPv4 } from "node:net";
import { RE2JS } from "re2js";
import { messageOf } from "../../../model/error.ts";
import { MapNode, Missing } from "../outline.ts";
import { type CheckedVirtual, originOf, ownOf } from "./settings.ts";

const sqlServices = ["mysql", "pgsql"];
const mailServices = ["pop", "pops", "imap", "imaps"];

/** What `service` asks and awaits. */
export function dialogue(check: MapNode, virtual: CheckedVirtual, service: string): void {
  const { settings, receive, request } = virtual;
  const { file, findings } = settings;
  const login = ownOf(settings, "login");
  if (["http", "https", "http_proxy"].includes(service)) http(check, virtual, service);
  else if (service === "simpletcp") {
    if (request !== undefined) check.set("send", said(request));
    if (receive !== undefined) pattern(check, virtual, receive, "pattern");
  } else if (service === "dns") dns(check, virtual);
  else if (sqlServices.includes(service)) sql(check, virtual);
  else if ((service === "ldap" || service === "ldaps") && request !== undefined) {
    check.set("base", request.replace(/^\//, ""));
    if (receive !== undefined) pattern(check, virtual, receive);
  } else if (service === "ftp") {
    if (request !== undefined) check.set("path", request.replace(/^(?!\/)/, "/"));
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
  const isAlone = check.get("user") !== undefined && check.get("password_file") === undefined;
  if (isAlone && service !== "sip")
    check.set(
      "password_file",
      new Missing("file", "a file whose first line is the password; this one has none"),
    );
  if (service === "radius" && check.get("secret_file") === undefined)
    check.set("secret_file", new Missing("file", "a file whose first line is the shared secret"));
  if (mailServices.includes(service) && login === undefined && service.startsWith("pop"))
    findings.add(
      "changed",
      originOf(file, ownOf(settings, "service")),
      `service=${service}`,
      "without login ldirectord's check never fails; lvsd reads the greeting",
    );
}

/** Without its first slash; a newline is the only escape of ldirectord's. */
const said = (request: string): string => request.replace(/^\//, "").replaceAll(/\\(?!n)/g, "\\\\");

function sql(check: MapNode, { settings, request, receive }: CheckedVirtual): void {
  const { file, findings } = settings;
  const login = ownOf(settings, "login");
  const asked = ownOf(settings, "request");
  if (request !== undefined && login !== undefined && login.value !== "")
    check.set("query", request.replace(/^\//, ""), originOf(file, asked));
  else if (request !== undefined)
    findings.add(
      "left-out",
      originOf(file, asked),
      "request",
      "nothing is asked without a login; lvsd reads the greeting",
    );
  if (receive !== undefined)
    findings.add(
      "carried",
      originOf(file, ownOf(settings, "receive")),
      "receive",
      "ldirectord does not look at it: a row is enough",
    );
  findings.add(
    "carried",
    originOf(file, asked ?? ownOf(settings, "service")),
    "service",
    "ldirectord's question has no timeout, so that a database that hangs stops all checks; lvsd's has one",
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
  const name = (request ?? ".").replace(/^\//, "");
  const origin = originOf(file, ownOf(settings, "request"));
  check.set("name", isIPv4(name) ? reversed(name) : name, origin);
  check.set("record", isIPv4(name) ? "PTR" : "A");
  if (virtual.protocol !== "fwm") check.set("protocol", virtual.protocol);
  if (receive === undefined || receive === "") {
    const text = "without receive ldirectord keeps every server down; any answer passes here";
    findings.add("suspicious", originOf(file, ownOf(settings, "service")), "service=dns", text);
  } else pattern(check, virtual, receive, isIPv4(receive) ? "text" : "pattern");
}

/** The name by which an address is looked up (RFC 1035, section 3.5). */
const reversed = (address: string): string =>
  `${address.split(".").reverse().join(".")}.in-addr.arpa`;

/** Perl's expressions, as far as RE2 has them; a plain text where it means the same. */
function pattern(
  check: MapNode,
  { settings }: CheckedVirtual,
  receive: string,
  as: "text" | "pattern" | "either" = "either",
): void {
  const { file, findings } = settings;
  const given = ownOf(settings, "receive");
  const plain = /^[\w\s/:=,<>@"'%&;~!-]*$/.test(receive);
  if (as === "text" || (as === "either" && plain)) {
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
