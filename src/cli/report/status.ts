/**
 * The status for people: a header of what matters first, then a table of virtual and real servers.
 *
 * Pure: body, present time and colours in, text out. Fits 100 columns; what is longer is wrapped,
 * never cut off, since a cut address is a wrong address.
 */
import Table from "cli-table3";
import type {
  PathStatus,
  RealServerStatus,
  ServiceStatus,
  Status,
  VipStatus,
  VirtualServerStatus,
} from "../../control/api.ts";
import { completed } from "../../control/reports/older-status.ts";
import type { ServiceState } from "../../failover/service.ts";
import type { RealServerState, VirtualServerState } from "../../health/health.ts";
import { printProblem } from "../../keys/problem.ts";
import { type IpAddress, printEndpoint } from "../../model/address.ts";
import { printable } from "../../model/printable.ts";
import { startsInstalled, version } from "../../model/version.ts";
import { nameText } from "./names.ts";
import type { Paint, Shade } from "./paint.ts";
import { count } from "./plan.ts";
import { length, localTime } from "./time.ts";

const widthMax = 100;
const labelWidth = 12;

const routerShades: Readonly<Record<Status["state"], Shade>> = {
  unconfigured: "bad",
  starting: "doubtful",
  standby: "good",
  active: "good",
  fault: "bad",
};

const serverShades: Readonly<Record<RealServerState | VirtualServerState, Shade>> = {
  checking: "doubtful",
  up: "good",
  down: "bad",
  reentry: "doubtful",
  draining: "doubtful",
  drained: "doubtful",
  disabled: "quiet",
  sorry: "doubtful",
  panic: "bad",
};

/** The whole report. `now` is wall-clock time in milliseconds. */
export function statusReport(given: Status, now: number, paint: Paint): string {
  const status = completed(printable(given));
  const lines = [
    ...routerLines(status, now, paint),
    ...peerLines(status, paint),
    ...vipLines(status.vips, paint),
    ...serviceLines(status.services, now, paint),
    ...status.names.map((name, index): Line => {
      return [index === 0 ? "Names" : "", nameText(name, now, paint)];
    }),
    ...maintenanceLines(status, now, paint),
    ...ipvsLines(status, paint),
    ...kernelLines(status, paint),
    ...countLines(status),
  ];
  const text = lines
    .map(([label, value]) => `${paint("strong", label.padEnd(labelWidth))}${value}\n`)
    .join("");
  return `${text}\n${serverTable(status.virtual_servers, paint)}`;
}

type Line = readonly [label: string, value: string];

function routerLines(status: Status, now: number, paint: Paint): Line[] {
  const { config, faults, fence, failback } = status;
  const since = Date.parse(status.since);
  const age = Number.isNaN(since) ? "" : ` (${length(Math.max(0, now - since))})`;
  // A later version may know other states.
  const state = paint(routerShades[status.state] ?? "doubtful", status.state);
  const lines: Line[] = [
    ["Router", `${status.role ?? "no role yet"}, ${state}, lvsd ${status.version}`],
    ...(status.version === version ? [] : [["", paint("doubtful", otherVersion)] as const]),
    ["Since", `${localTime(status.since)}${age}: ${status.cause}`],
    ...faults.map(({ kind, subject, text }): Line => {
      return ["Fault", paint("bad", `${kind} ${subject}: ${text}`)];
    }),
    ...(fence === null ? [] : [["Fence", paint("bad", `failed: ${fence}`)] as const]),
    ...(status.commands === "daemon" ? [["Commands", commandsText] as const] : []),
    ["Failback", failbackText(failback)],
    ["Config", `${config.path}${configText(config)}`],
  ];
  if (config.error !== null) {
    lines.push(["", paint("bad", "the last reload was refused; the configuration above goes on:")]);
    for (const problem of config.error) lines.push(["", `  ${printProblem(problem)}`]);
  }
  return lines;
}

const otherVersion = `this command is lvsd ${version}; ${startsInstalled}`;

/** A router without a configuration has no hash. */
const configText = ({ serial, hash }: Status["config"]): string =>
  hash === ""
    ? ": lvsd apply FILE gives the first one"
    : `, serial ${serial}, hash ${hash.slice(0, 12)}`;

const commandsText = "run as the daemon's own user: lvsd was not started by its unit";

function failbackText({ mode, blocked_by, in_ms }: Status["failback"]): string {
  const due = in_ms === null ? "" : `, in ${length(in_ms)}`;
  return `${mode}${due}${blocked_by === null ? "" : `, blocked by: ${blocked_by}`}`;
}

function peerLines({ peer, heartbeat, connection_sync }: Status, paint: Paint): Line[] {
  const refused = listCounts(heartbeat.refused);
  const lines: Line[] = [];
  if (peer === null) lines.push(["Peer", "none configured"]);
  else {
    const alive = peer.alive ? paint("good", "alive") : paint("bad", "dead");
    const match = { true: "same configuration", false: "another configuration", null: "" };
    const words = [peer.role, alive, peer.state, match[`${peer.config_match}`]];
    lines.push(["Peer", words.filter((word) => word !== null && word !== "").join(", ")]);
    for (const path of peer.paths) lines.push([`  ${path.name}`, pathText(path, paint)]);
  }
  lines.push([
    "Heartbeats",
    `${heartbeat.sent} sent, ${heartbeat.received} received, ${heartbeat.late} late${refused === "" ? "" : `, refused: ${refused}`}`,
  ]);
  if (heartbeat.authenticated === false) {
    const why = heartbeat.speaks === "pulse" ? "pulse, Piranha's protocol" : "authentication: none";
    lines.push([
      "",
      paint("bad", `not authenticated (${why}): anybody can pretend to be the peer`),
    ]);
  }
  if (connection_sync !== null) {
    const { state, device, id } = connection_sync;
    lines.push(["Sync", `connections: ${state} on ${device}, id ${id}`]);
  }
  return lines;
}

function pathText({ alive, last_seen_ms, rtt_ms, lost }: PathStatus, paint: Paint): string {
  const words = [
    alive ? paint("good", "alive") : paint("bad", "dead"),
    last_seen_ms === null ? "never heard" : `heard ${length(last_seen_ms)} ago`,
    rtt_ms === null ? "" : `round trip ${length(rtt_ms)}`,
    `${lost} lost`,
  ];
  return words.filter((word) => word !== "").join(", ");
}

function vipLines(vips: readonly VipStatus[], paint: Paint): Line[] {
  if (vips.length === 0) return [["VIPs", "none"]];
  const width = Math.max(...vips.map((vip) => vip.address.length));
  const deviceWidth = Math.max(...vips.map((vip) => vip.device.length));
  return vips.map(({ address, device, held, answered_by }, index) => {
    const place = `${address.padEnd(width)}  ${device.padEnd(deviceWidth)}`;
    const stranger =
      answered_by === null ? "" : `  ${paint("bad", `answered by a stranger, ${answered_by}`)}`;
    const state = held ? paint("good", "held") : paint("quiet", "not held");
    return [index === 0 ? "VIPs" : "", `${place}  ${state}${stranger}`];
  });
}

const serviceShades: Readonly<Record<ServiceState, Shade>> = {
  unknown: "doubtful",
  stopped: "quiet",
  starting: "doubtful",
  running: "good",
  stopping: "doubtful",
  failed: "bad",
};

function serviceLines(services: readonly ServiceStatus[], now: number, paint: Paint): Line[] {
  const width = Math.max(...services.map(({ name }) => name.length));
  return services.flatMap(({ name, state, since, cause, last_error }, index) => {
    const age = length(Math.max(0, now - Date.parse(since)));
    const line = `${name.padEnd(width)}  ${paint(serviceShades[state], state)} for ${age}: ${cause}`;
    const error = last_error === null || last_error === cause ? [] : [last_error];
    return [
      [index === 0 ? "Services" : "", line] as const,
      ...error.map((text): Line => ["", `  ${paint("bad", text)}`]),
    ];
  });
}

function maintenanceLines({ maintenance }: Status, now: number, paint: Paint): Line[] {
  return maintenance.map(
    ({ virtual_server, real_server, order, by, since, connections }, index) => {
      const subject = real_server === null ? virtual_server : `${virtual_server}/${real_server}`;
      const age = length(Math.max(0, now - Date.parse(since)));
      const left = connections === null ? "" : `, ${count(connections, "connection")} left`;
      const line = `${subject}  ${paint("doubtful", order)} for ${age}, asked by ${by}${left}`;
      return [index === 0 ? "Maintenance" : "", line];
    },
  );
}

function ipvsLines({ state, ipvs, virtual_servers }: Status, paint: Paint): Line[] {
  if (state === "unconfigured") return [["IPVS", "nothing to balance"]];
  const synced = virtual_servers.length > 0 ? "in sync" : "nothing to balance";
  const words = [
    ipvs.in_sync ? paint("good", synced) : paint("bad", "not in sync"),
    ipvs.drifts === 0 ? "" : `${count(ipvs.drifts, "drift")} repaired`,
    ipvs.foreign_services === 0
      ? ""
      : `${count(ipvs.foreign_services, "virtual service")} of others left alone`,
  ];
  const lines: Line[] = [["IPVS", words.filter((word) => word !== "").join(", ")]];
  if (ipvs.last_error !== null) lines.push(["", paint("bad", ipvs.last_error)]);
  return lines;
}

function kernelLines({ kernel }: Status, paint: Paint): Line[] {
  const repairs = kernel.repairs === 0 ? [] : [`${count(kernel.repairs, "setting")} put right`];
  const lines = [...repairs, ...kernel.wrong.map((text) => paint("bad", text))];
  return lines.map((line, index) => [index === 0 ? "Kernel" : "", line]);
}

function countLines({ refused }: Status): Line[] {
  const sources = Object.entries(refused)
    .map(([source, reasons]): Line => [source, listCounts(reasons)])
    .filter(([, reasons]) => reasons !== "");
  return sources.map(([source, reasons], index) => [
    index === 0 ? "Refused" : "",
    `${source}: ${reasons}`,
  ]);
}

/** `3 bad-hmac, 1 replayed`; reasons that never happened are left out. */
const listCounts = (reasons: Readonly<Record<string, number>>): string =>
  Object.entries(reasons)
    .filter(([, times]) => times > 0)
    .map(([reason, times]) => `${times} ${reason}`)
    .join(", ");

const headings = ["SERVER", "ADDRESS", "STATE", "WEIGHT", "ACTIVE", "INACTIVE", "CHECK"];

/** Beyond its width a cell is wrapped; the address takes what the others leave, then the check. */
const nameWidthMax = 20;
const addressWidthMin = 26;
const checkWidthMin = 14;

function serverTable(servers: readonly VirtualServerStatus[], paint: Paint): string {
  const rows = servers.flatMap((server) => [
    virtualRow(server),
    ...server.real_servers.map(realRow),
  ]);
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => (row[column] ?? "").length)),
  );
  const [name = 0, address = 0, ...others] = widths;
  const gaps = 2 * (headings.length - 1);
  const fixed = others.slice(0, -1).reduce((sum, width) => sum + width, gaps);
  const nameWidth = Math.min(name, nameWidthMax);
  const left = widthMax - fixed - nameWidth;
  const addressWidth = Math.min(address, Math.max(addressWidthMin, left - checkWidthMin));
  const table = new Table({
    chars: borderless,
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [] },
    colAligns: ["left", "left", "left", "right", "right", "right", "left"],
  });
  table.push(headings.map((heading) => paint("quiet", heading)));
  for (const [server = "", place = "", state = "", weight, active, inactive, check = ""] of rows)
    table.push([
      wrap(server, nameWidth),
      wrap(place, addressWidth),
      paint(shadeOf(state), state),
      weight,
      active,
      inactive,
      wrap(check, Math.max(checkWidthMin, left - addressWidth)),
    ]);
  const lines = table.toString().split("\n");
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}

/** Breaks a text into lines of at most `width` characters, between words where there are any. */
function wrap(text: string, width: number): string {
  const indent = /^ */.exec(text)?.[0] ?? "";
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const space = rest.lastIndexOf(" ", width);
    // The indent is no place to break at.
    const cut = space < indent.length ? width : space;
    lines.push(rest.slice(0, cut));
    rest = `${indent}${rest.slice(cut).trimStart()}`;
  }
  return [...lines, rest].join("\n");
}

const shadeOf = (state: string): Shade =>
  (serverShades as Readonly<Record<string, Shade>>)[state] ?? "quiet";

/** No lines at all, two spaces between columns. */
const borderless = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: "  ",
};

function virtualRow(server: VirtualServerStatus): string[] {
  return [
    server.name,
    placeOf(server),
    server.state,
    "",
    String(server.active_connections),
    String(server.inactive_connections),
    server.scheduler,
  ];
}

function placeOf({ protocol, address, port, fwmark }: VirtualServerStatus): string {
  if (fwmark !== null) return `fwmark ${fwmark}`;
  if (address === null || port === null) return "";
  return `${protocol ?? ""} ${printEndpoint(address as IpAddress, port)}`.trim();
}

/** What the active router finds comes first; then what this one alone lacks. */
function resultOf({ check, own_path }: RealServerStatus, took: string): string {
  if (check.last_error !== null) return `${check.type}: ${check.last_error}`;
  if (own_path?.reached === false) return `not reached from here: ${own_path.why}`;
  return `${check.type}${took}`;
}

function realRow(server: RealServerStatus): string[] {
  const { weight, effective_weight, check } = server;
  const took = check.last_ms === null ? "" : ` ${length(check.last_ms)}`;
  return [
    `  ${server.name}`,
    `  ${printEndpoint(server.address as IpAddress, server.port)}`,
    server.state,
    effective_weight === weight ? String(weight) : `${effective_weight}/${weight}`,
    String(server.active_connections),
    String(server.inactive_connections),
    resultOf(server, took),
  ];
}
