/**
 * keepalived.conf as lvsd's configuration: one router's file, or both routers' together. What
 * keepalived swallows in silence is said, since the operator believes that those lines work.
 */
import { Findings, type ForeignFile, type Imported, type ImportOptions } from "../imported.ts";
import { mailInto } from "../mail.ts";
import { mendMixedMarks } from "../mixed-marks.ts";
import { MapNode, type Node } from "../outline.ts";
import { mendOwnAddresses } from "../own-addresses.ts";
import { surroundingsOf } from "../surroundings.ts";
import type { Conversion } from "./conversion.ts";
import { expand, TooLarge } from "./expand.ts";
import { type RouterFile, routersOf } from "./routers.ts";
import { allOf, lastOf, type Statement, statementsOf } from "./statements.ts";
import { type VipPlaces, virtualServersOf } from "./virtual.ts";

/** Texts in, configuration and findings out. Never throws. */
export function importKeepalived(
  files: readonly ForeignFile[],
  others: readonly ForeignFile[],
  options: ImportOptions,
): Imported {
  const findings = new Findings();
  const included = new Set<string>();
  const around = { files: [...files, ...others], instance: options.instance, findings, included };
  let routers: readonly RouterFile[];
  try {
    routers = files.map((file) => ({
      name: file.name,
      top: statementsOf(expand(file, around), findings),
    }));
  } catch (thrown) {
    if (!(thrown instanceof TooLarge)) throw thrown;
    const [file = "", line = "1"] = thrown.message.split(":");
    const hint = "no real configuration is as large";
    return { problems: [{ file, line: Number(line), column: 1, message: thrown.message, hint }] };
  }
  const own = routers.filter(({ name }) => !included.has(name));
  const rest = others.filter(({ name }) => !included.has(name));
  const site = surroundingsOf(rest, findings);
  const conversion: Conversion = { root: new MapNode(), findings, options, around: site };
  const vips = routersOf(conversion, own);
  const top = own[0]?.top ?? [];
  globals(conversion, top);
  virtualServersOf(conversion, top, vips);
  floating(conversion.root, vips);
  differing(own, findings);
  mendOwnAddresses(conversion.root, findings);
  mendMixedMarks(conversion.root, findings);
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
      new MapNode("flow").set("address", `${address}/${length}`).set("device", device),
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

const reasons: Readonly<Record<string, string>> = {
  vrrp_strict: "it has no counterpart",
  enable_script_security:
    "programs run without capabilities, without a shell, as a user of their own",
  script_user: "programs run as a user of their own",
};

function globals(conversion: Conversion, top: readonly Statement[]): void {
  const { root, findings } = conversion;
  const block = allOf(top, "global_defs").flatMap((one) => one.block ?? []);
  const timeouts = lastOf(block, "lvs_timeouts");
  if (timeouts !== undefined) lvsTimeouts(root, timeouts);
  const sync = lastOf(block, "lvs_sync_daemon") ?? oldSync(top);
  if (sync !== undefined && sync.words[0] !== undefined) {
    const at = sync.words.indexOf("id");
    const id = at === -1 ? sync.words[2] : sync.words[at + 1];
    const map = root.map("connection_sync", sync.origin).set("device", sync.words[0]);
    map.set("id", /^\d{1,3}$/.test(id ?? "") ? Number(id) : routerId(top));
  }
  mail(conversion, block);
  for (const { keyword, origin } of block)
    if (Object.hasOwn(reasons, keyword))
      findings.add("left-out", origin, keyword, reasons[keyword] ?? "");
  for (const { keyword, origin, words } of top) reportTop(conversion, keyword, origin, words);
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
    ...{ smtp, port: port !== undefined && /^\d{1,5}$/.test(port) ? Number(port) : null },
  });
}

const handled = [
  ...["global_defs", "virtual_server", "virtual_server_group", "vrrp_instance", "vrrp_sync_group"],
  ...["vrrp_script", "SSL", "include_check"],
];

function reportTop(
  { findings }: Conversion,
  keyword: string,
  origin: Statement["origin"],
  words: readonly string[],
): void {
  if (keyword === "vrrp_sync_group")
    findings.add(
      "carried",
      origin,
      `vrrp_sync_group ${words[0] ?? ""}`,
      "lvsd's VIPs always move together",
    );
  else if (!handled.includes(keyword))
    findings.add(
      "left-out",
      origin,
      [keyword, ...words].join(" "),
      "it has no counterpart, or keepalived does not know it",
    );
}

function lvsTimeouts(root: MapNode, { words, origin }: Statement): void {
  const names: Record<string, string> = { tcp: "tcp", tcpfin: "tcp_fin", udp: "udp" };
  for (const [at, word] of words.entries()) {
    const key = names[word];
    const seconds = Number(words[at + 1]);
    if (key !== undefined && Number.isInteger(seconds) && seconds > 0)
      root.map("timeouts", origin).set(key, `${seconds}s`);
  }
}

const oldSync = (top: readonly Statement[]): Statement | undefined =>
  allOf(top, "vrrp_instance")
    .map((one) => lastOf(one.block ?? [], "lvs_sync_daemon_interface"))
    .find((one) => one !== undefined);

/** keepalived takes the instance's virtual_router_id as the id of the synchronisation. */
function routerId(top: readonly Statement[]): number {
  const [first] = allOf(top, "vrrp_instance");
  const id = Number(lastOf(first?.block ?? [], "virtual_router_id")?.words[0]);
  return Number.isInteger(id) && id > 0 && id < 256 ? id : 0;
}
