/** keepalived's check blocks as lvsd's checks. */
import type { Findings } from "../imported.ts";
import { neverFails } from "../never-fails.ts";
import { MapNode, Missing } from "../outline.ts";
import { bfdCheck } from "./bfd.ts";
import { http } from "./checks/http.ts";
import { type Around, ways } from "./checks/ways.ts";
import {
  type Conversion,
  duration,
  inherited,
  type Layers,
  numberOf,
  quoted,
  secondsOf,
} from "./conversion.ts";
import { allOf, lastOf, type Statement, scriptOf } from "./statements.ts";

export const checkBlocks = [
  "TCP_CHECK",
  "HTTP_GET",
  "SSL_GET",
  "SMTP_CHECK",
  "DNS_CHECK",
  "UDP_CHECK",
  "PING_CHECK",
  "MISC_CHECK",
  "FILE_CHECK",
  "BFD_CHECK",
];

/** Tries after the first failed one, where nothing else is said. */
const retryDefaults: Readonly<Record<string, number>> = { DNS_CHECK: 3, MISC_CHECK: 0 };
/** Seconds before a further try; DNS_CHECK waits for its turn (keepalived.conf(5)). */
const retryDelays: Readonly<Record<string, number>> = { HTTP_GET: 3, SSL_GET: 3 };
const delayDefault = 60;
const connectDefault = 5;
/** lvsd's limits for a check's interval and for tries in a row. */
const triesMax = 100;

/** The checks of a real server; an empty list: it has none, and is always up. */
export function checksOf(
  server: readonly Statement[],
  layers: Layers,
  {
    findings,
    bfd,
    top,
    address,
  }: Pick<Conversion, "findings" | "bfd" | "top"> & {
    readonly address: string;
  },
): readonly MapNode[] {
  return allOf(server, ...checkBlocks).flatMap((block) => {
    // It has no rhythm of its own: what its session does counts at once.
    if (block.keyword === "BFD_CHECK") return bfdCheck(block, address, bfd, findings) ?? [];
    const inside = block.block ?? [];
    const all: Layers = [inside, ...layers];
    const made = typedChecks(block, inside, { layers: all, top }, findings);
    for (const check of made) rhythm(check, block, all, findings);
    if (made.length > 0) unusedIn(block, findings);
    return made;
  });
}

/** What is read of a block or a url, or means nothing that lvsd has to do. */
const read = new Set([
  "connect_ip",
  "connect_port",
  "connect_timeout",
  "retry",
  "nb_get_retry",
  "delay_loop",
  "delay_before_retry",
  "warmup",
  "alpha",
  "log_all_failures",
  "url",
  "virtualhost",
  "enable_sni",
  "sni_name",
  "http_protocol",
  "tls_compliant",
  "fast_recovery",
  "path",
  "bindto",
  "bind_port",
  "bind_if",
  "fwmark",
  "digest",
  "status_code",
  "regex",
  "regex_no_match",
  "regex_stack",
  "payload",
  "require_reply",
  "type",
  "name",
  "helo_name",
  "host",
  "misc_path",
  "misc_timeout",
  "misc_dynamic",
  "track_file",
  "weight",
  "regex_options",
]);

const unusedReasons: Readonly<Record<string, string>> = {
  user: "commands run as lvsd's own unprivileged user",
};

/** Says what of a check is not carried over. */
function unusedIn({ keyword: subject, block }: Statement, findings: Findings): void {
  for (const statement of block ?? []) {
    const { keyword, words, origin } = statement;
    if (keyword === "url" || keyword === "host") unusedIn(statement, findings);
    if (read.has(keyword)) continue;
    const reason = unusedReasons[keyword] ?? "a check has no counterpart of it";
    findings.add("left-out", origin, [subject, keyword, ...words].join(" "), reason);
  }
}

function rhythm(check: MapNode, block: Statement, layers: Layers, findings: Findings): void {
  if (block.keyword === "FILE_CHECK") {
    // keepalived is notified of every change.
    check.set("interval", "1s").set("fall", 1).set("rise", 1);
    return;
  }
  const misc = block.keyword === "MISC_CHECK";
  const delay = within(secondsOf(inherited(layers, "delay_loop"), delayDefault, findings), day);
  const own = misc
    ? lastOf(block.block ?? [], "misc_timeout")
    : inherited(layers, "connect_timeout");
  const timeout = secondsOf(own, misc ? delay : connectDefault, findings);
  const retry = inherited(layers, "retry", "nb_get_retry");
  if (retry?.keyword === "nb_get_retry" && !block.keyword.endsWith("_GET"))
    findings.add(
      "suspicious",
      retry.origin,
      "nb_get_retry",
      `keepalived ignores it in ${block.keyword} and makes no further try; taken as retry`,
    );
  // 0 is possible in a check alone.
  const isOwn = retry !== undefined && (block.block ?? []).includes(retry);
  const tries = numberOf(retry, { min: isOwn ? 0 : 1, max: 2 ** 31 - 1 }, findings);
  check.set("interval", duration(delay), inherited(layers, "delay_loop")?.origin ?? null);
  check.set("timeout", duration(within(timeout, hour)), own?.origin ?? null);
  const fall = Math.min((tries ?? retryDefaults[block.keyword] ?? 1) + 1, triesMax);
  check.set("fall", fall, retry?.origin ?? null);
  const pause = inherited(layers, "delay_before_retry");
  const usual = block.keyword === "DNS_CHECK" ? delay : (retryDelays[block.keyword] ?? 1);
  const sooner = secondsOf(pause, usual, findings);
  if (fall > 1 && sooner < delay)
    check.set("fall_interval", duration(within(sooner, day)), pause?.origin ?? null);
  check.set("rise", 1);
}

/** lvsd's limits of times, in seconds; no real file is near them. */
const day = 86_400;
const hour = 3600;
const within = (seconds: number, most: number): number => Math.min(Math.max(seconds, 0.01), most);

function typedChecks(
  block: Statement,
  inside: readonly Statement[],
  around: Around,
  findings: Findings,
): readonly MapNode[] {
  const check = new MapNode();
  switch (block.keyword) {
    case "TCP_CHECK":
      check.set("type", "tcp", block.origin);
      break;
    case "PING_CHECK":
      check.set("type", "ping", block.origin);
      break;
    case "SMTP_CHECK":
      return smtp(block, inside);
    case "DNS_CHECK":
      check.set("type", "dns", block.origin);
      check.set("record", (lastOf(inside, "type")?.words[0] ?? "SOA").toUpperCase());
      check.set("name", lastOf(inside, "name")?.words[0] ?? ".");
      break;
    case "UDP_CHECK":
      check.set("type", "udp", block.origin);
      udp(check, inside, findings);
      break;
    case "MISC_CHECK": {
      const path = lastOf(inside, "misc_path");
      if (path === undefined) {
        findings.add("suspicious", block.origin, "MISC_CHECK", "no misc_path: keepalived drops it");
        return [];
      }
      const [command = "", ...args] = scriptOf(path.rest);
      if (!command.startsWith("/"))
        findings.add(
          "suspicious",
          path.origin,
          "misc_path",
          `${quoted(command)}: the program needs its whole path, which keepalived looks for in its PATH`,
        );
      if (neverFails(command))
        findings.add("suspicious", path.origin, "misc_path", `${command} never fails`);
      const program = command.startsWith("/")
        ? command
        : new Missing("program", `the whole path of ${command}`);
      check.set("type", "command", block.origin).set("command", program, path.origin);
      if (args.length > 0) check.set("args", args);
      if (lastOf(inside, "misc_dynamic") !== undefined) check.set("convention", "keepalived");
      return [check];
    }
    case "HTTP_GET":
    case "SSL_GET":
      return http(block, inside, around, findings);
    case "FILE_CHECK":
      return file(block, inside, around.top, findings);
    default: {
      const text = "lvsd has no counterpart; the other checks of the server decide";
      findings.add("left-out", block.origin, block.keyword, text);
      return [];
    }
  }
  ways(check, inside);
  return [check];
}
function smtp(block: Statement, inside: readonly Statement[]): readonly MapNode[] {
  const helo = lastOf(inside, "helo_name")?.words[0] ?? "smtpchecker.keepalived.org";
  const places = [inside, ...allOf(inside, "host").map((host) => host.block ?? [])];
  // The old form: each `host` block is one more check that must hold.
  const used = places.length > 1 ? places.slice(1) : places;
  return used.map((place) => {
    const check = new MapNode().set("type", "smtp", block.origin).set("helo", helo);
    ways(check, place);
    return check;
  });
}

function udp(check: MapNode, inside: readonly Statement[], findings: Findings): void {
  const payload = lastOf(inside, "payload");
  if (payload !== undefined) {
    const bytes = payload.words.join("").replaceAll(/[^0-9A-Fa-f]/g, "");
    check.set("send", escaped(bytes), payload.origin);
  }
  const reply = lastOf(inside, "require_reply");
  if (reply === undefined) return;
  const wanted = reply.words.join("");
  if (wanted === "") check.set("reply", true, reply.origin);
  else if (/^[0-9A-Fa-f]+$/.test(wanted)) check.set("expect", escaped(wanted), reply.origin);
  else if (/^(?:[0-9A-FXa-fx]{2})+$/.test(wanted))
    check.set("expect", wildcards(wanted), reply.origin).set("regex", true);
  else findings.add("changed", reply.origin, "require_reply", "no bytes: any answer passes");
}

/** Bytes in hexadecimal of which digits may be `X`, any digit, as a pattern for the beginning. */
const wildcards = (hex: string): string =>
  `^${(hex.toLowerCase().match(/../g) ?? []).map(byteLike).join("")}`;

function byteLike(byte: string): string {
  const [high = "", low = ""] = byte;
  if (!byte.includes("x")) return `\\x${byte}`;
  if (high !== "x") return `[\\x${high}0-\\x${high}f]`;
  if (low === "x") return "[\\x00-\\xff]";
  return `[${[..."0123456789abcdef"].map((digit) => `\\x${digit}${low}`).join("")}]`;
}

const escaped = (hex: string): string =>
  (hex.match(/../g) ?? []).map((byte) => `\\x${byte.toLowerCase()}`).join("");

/** A file's number: 0 is up. One that is added to the weight has no counterpart. */
function file(
  block: Statement,
  inside: readonly Statement[],
  top: readonly Statement[],
  findings: Findings,
): readonly MapNode[] {
  const name = lastOf(inside, "track_file")?.words[0] ?? "";
  const tracked = allOf(top, "track_file", "vrrp_track_file").find(
    (each) => each.words[0] === name,
  );
  const within = tracked?.block ?? [];
  const path = lastOf(within, "file")?.words[0];
  const weight = lastOf(inside, "weight") ?? lastOf(within, "weight");
  const leave = (why: string): readonly MapNode[] => {
    findings.add("left-out", block.origin, `FILE_CHECK ${name}`, why);
    return [];
  };
  if (path === undefined) return leave("there is no track_file of this name with a file");
  if (Number(weight?.words[0] ?? 1) !== 0)
    return leave(
      "its number, times a weight, is added to the server's weight; type: file with number: weight takes a whole weight instead",
    );
  return [
    new MapNode().set("type", "file", block.origin).set("file", path, tracked?.origin ?? null),
  ];
}
