/**
 * keepalived.conf as lvsd's configuration: one router's file, or both routers' together. What
 * keepalived swallows in silence is said, since the operator believes that those lines work.
 */
import { Findings, type ForeignFile, type Imported, type ImportOptions } from "../imported.ts";
import { mailInto } from "../mail.ts";
import { mend } from "../mending/mend.ts";
import { MapNode, type Node } from "../outline.ts";
import { surroundingsOf } from "../surroundings.ts";
import { bfdInstancesOf, reportUnasked } from "./bfd.ts";
import { type Conversion, quoted } from "./conversion.ts";
import { expand, TooLarge } from "./expand.ts";
import { globalTable, reportRest, syncGroupTable, topTable } from "./keywords.ts";
import { type RouterFile, routersOf } from "./routers.ts";
import { allOf, lastOf, type Statement, statementsOf } from "./statements.ts";
import type { VipPlaces } from "./vips.ts";
import { virtualServersOf } from "./virtual.ts";

/** Texts in, configuration and findings out. Never throws. */
export function importKeepalived(
  files: readonly ForeignFile[],
  others: readonly ForeignFile[],
  options: ImportOptions,
): Imported {
  try {
    return convert(files, others, options);
  } catch (thrown) {
    if (!(thrown instanceof TooLarge)) throw thrown;
    const [, file = "", line = "1", message = ""] =
      /^(.*?):(\d+): (.*)$/s.exec(thrown.message) ?? [];
    const hint = "no real configuration is as large";
    return { problems: [{ file, line: Number(line), column: 1, message, hint }] };
  }
}

/** Throws TooLarge. */
function convert(
  files: readonly ForeignFile[],
  others: readonly ForeignFile[],
  options: ImportOptions,
): Imported {
  const findings = new Findings();
  const included = new Set<string>();
  const around = { files: [...files, ...others], instance: options.instance, findings, included };
  const routers: readonly RouterFile[] = files.map((file) => ({
    name: file.name,
    top: statementsOf(expand(file, around), findings),
  }));
  const own = routers.filter(({ name }) => !included.has(name));
  const rest = others.filter(({ name }) => !included.has(name));
  const site = surroundingsOf(rest, findings);
  const top = own[0]?.top ?? [];
  const conversion: Conversion = {
    root: new MapNode(),
    top,
    findings,
    options,
    around: site,
    bfd: bfdInstancesOf(top),
  };
  const vips = routersOf(conversion, own);
  globals(conversion, top);
  virtualServersOf(conversion, top, vips);
  floating(conversion.root, vips);
  differing(own, findings);
  mend(conversion.root, findings);
  if (!conversion.root.has("virtual_servers") && vips.size === 0)
    findings.add("suspicious", null, "the file", "neither a virtual_server nor a VIP is in it");
  return { root: conversion.root, findings: findings.all() };
}

/** VIPs that belong to no virtual server. */
function floating(root: MapNode, vips: VipPlaces): void {
  const servers = root.get("virtual_servers");
  const used = new Set(
    servers instanceof MapNode ? servers.entries().map(({ value }) => addressOf(value)) : [],
  );
  const rest = [...vips].filter(([address]) => !used.has(address));
  if (rest.length === 0) return;
  root.set(
    "vips",
    rest.map(([address, { length, device }]) =>
      new MapNode("flow")
        .set("address", `${address}/${length}`)
        .set("device", device === "" ? undefined : device),
    ),
  );
}

function addressOf(server: Node): string {
  const address = server instanceof MapNode ? server.get("address") : "";
  return typeof address === "string" ? (address.split("/")[0] ?? "") : "";
}

/** The real servers of both routers must be the same: lvsd's file is one. */
function differing(files: readonly RouterFile[], findings: Findings): void {
  const [first, second] = files;
  if (first === undefined || second === undefined) return;
  const text = (top: readonly Statement[]): string =>
    JSON.stringify(allOf(top, "virtual_server", "virtual_server_group"), (key, value) =>
      key === "origin" ? undefined : value,
    );
  if (text(first.top) !== text(second.top))
    findings.add(
      "suspicious",
      { file: second.name, line: 1 },
      "virtual_server",
      `differs from ${first.name}, whose virtual servers are taken`,
    );
}

function globals(conversion: Conversion, top: readonly Statement[]): void {
  const { root, findings } = conversion;
  const block = allOf(top, "global_defs").flatMap((one) => one.block ?? []);
  const timeouts = lastOf(block, "lvs_timeouts");
  if (timeouts !== undefined) lvsTimeouts(root, timeouts, findings);
  connectionSync(conversion, top, block);
  mail(conversion, block);
  reportRest(block, globalTable, "global_defs", findings);
  reportRest(top, topTable, "", findings);
  reportUnasked(conversion, top);
  for (const group of allOf(top, "vrrp_sync_group")) syncGroup(group, findings);
}

function syncGroup({ words, origin, block }: Statement, findings: Findings): void {
  const subject = `vrrp_sync_group ${words[0] ?? ""}`;
  const inside = block ?? [];
  const members = allOf(inside, "group").flatMap((group) => group.block ?? []);
  if (members.length > 0) {
    findings.add("carried", origin, subject, "lvsd's VIPs always move together");
    reportRest(inside, syncGroupTable, subject, findings);
    return;
  }
  const text =
    "no members in a group { } block: keepalived removes it, so that its instances move apart; lvsd's VIPs always move together";
  findings.add("suspicious", origin, subject, text);
}

function mail({ root, findings }: Conversion, block: readonly Statement[]): void {
  const given = allOf(block, "notification_email");
  const [first] = given;
  if (first === undefined) return;
  const [smtp = null, port] = lastOf(block, "smtp_server")?.words ?? [];
  mailInto(root, findings, {
    subject: "notification_email",
    origin: first.origin,
    to: given.flatMap(({ words, block: lines }) => [
      ...words,
      ...(lines ?? []).flatMap((line) => [line.keyword, ...line.words]),
    ]),
    from: lastOf(block, "notification_email_from")?.words[0] ?? null,
    smtp,
    port: port !== undefined && /^\d{1,5}$/.test(port) ? Number(port) : null,
  });
}

const timeoutMax = 31 * 86_400;

function lvsTimeouts(root: MapNode, { words, origin }: Statement, findings: Findings): void {
  const names: Record<string, string> = { tcp: "tcp", tcpfin: "tcp_fin", udp: "udp" };
  for (const [at, word] of words.entries()) {
    const key = Object.hasOwn(names, word) ? names[word] : undefined;
    const written = words[at + 1] ?? "";
    if (key === undefined) continue;
    const seconds = /^\d{1,8}$/.test(written) ? Number(written) : Number.NaN;
    if (seconds > 0 && seconds <= timeoutMax)
      root.map("timeouts", origin).set(key, `${seconds}s`, origin);
    else if (seconds !== 0) {
      const text = `${word} ${quoted(written)} is not within 1 to ${timeoutMax} seconds: the kernel's timeout stays`;
      findings.add("changed", origin, "lvs_timeouts", text);
    }
  }
}

/** The kernel's synchronisation; the older form is positional: DEVICE INSTANCE ID. */
function connectionSync(
  { root, findings }: Conversion,
  top: readonly Statement[],
  block: readonly Statement[],
): void {
  const instances = allOf(top, "vrrp_instance");
  const holder = instances.find((one) => lastOf(one.block ?? [], "lvs_sync_daemon_interface"));
  const sync =
    lastOf(block, "lvs_sync_daemon") ?? lastOf(holder?.block ?? [], "lvs_sync_daemon_interface");
  const [device, name, third] = sync?.words ?? [];
  if (sync === undefined || device === undefined) return;
  const at = sync.words.indexOf("id");
  const id = at === -1 ? third : sync.words[at + 1];
  const isId = id !== undefined && /^\d{1,3}$/.test(id) && Number(id) < 256;
  const followed = holder ?? instances.find(({ words }) => words[0] === name);
  const map = root.map("connection_sync", sync.origin).set("device", device);
  map.set("id", isId ? Number(id) : routerId(followed ?? instances[0]));
  for (const [name, key, least, most] of syncNumbers) {
    const value = wordAfter(sync, name);
    if (value === null) continue;
    if (Number(value) >= least && Number(value) <= most) map.set(key, Number(value));
    else
      findings.add(
        "left-out",
        sync.origin,
        `${sync.keyword} ${name} ${value}`,
        `connection_sync.${key} takes ${least} to ${most}`,
      );
  }
  if (wordAfter(sync, "maxlen") === null)
    findings.add(
      "changed",
      sync.origin,
      sync.keyword,
      "connection_sync.max_length is 160 bytes by default, the kernel's 1472: a failure loses fewer new connections, and more datagrams are sent",
    );
  const group = wordAfter(sync, "group");
  if (group === null) return;
  if (/^2(?:2[4-9]|3\d)(?:\.\d{1,3}){3}$/.test(group)) map.set("group", group);
  else
    findings.add(
      "left-out",
      sync.origin,
      `${sync.keyword} group ${group}`,
      "connection_sync.group is one of IPv4",
    );
}

/** keepalived's names for numbers of the synchronisation, and the keys with their bounds. */
const syncNumbers = [
  ["maxlen", "max_length", 160, 1472],
  ["port", "port", 1, 65_535],
  ["ttl", "ttl", 1, 255],
] as const;

const wordAfter = ({ words }: Statement, name: string): string | null =>
  words.includes(name) ? (words[words.indexOf(name) + 1] ?? null) : null;

/** keepalived takes the instance's virtual_router_id as the id of the synchronisation. */
function routerId(instance: Statement | undefined): number {
  const id = Number(lastOf(instance?.block ?? [], "virtual_router_id")?.words[0]);
  return Number.isInteger(id) && id > 0 && id < 256 ? id : 0;
}
