/**
 * Piranha's lvs.cf as lvsd's configuration. Values are what Piranha's programs did with them; where
 * its manual promised something else, or its programs failed, a finding says so.
 */
import type { Problem } from "../../../keys/problem.ts";
import { Findings, type ForeignFile, type Imported, type ImportOptions } from "../imported.ts";
import { mend } from "../mending/mend.ts";
import { MapNode, Missing, type Node } from "../outline.ts";
import { placeOf, surroundingsOf } from "../surroundings.ts";
import { type Conversion, originOf, prefixLength } from "./conversion.ts";
import { failoverServicesOf } from "./failover.ts";
import { type Given, readStatements } from "./statements.ts";
import { virtualServersOf } from "./virtual.ts";

/** Text of lvs.cf in, configuration and findings out; `others` are of the same site. Never throws. */
export function importPiranha(
  file: ForeignFile,
  options: ImportOptions,
  others: readonly ForeignFile[] = [],
): Imported {
  const { root: global, wrong, meant } = readStatements(file.text, options.lenient);
  if (wrong.length > 0) {
    const lenientHelps = !options.lenient;
    return {
      problems: wrong.map(
        ({ line, column, message, hint }): Problem => ({
          file: file.name,
          line,
          column,
          message: `Piranha refuses this: ${message}`,
          hint: [hint, lenientHelps ? "--lenient takes what was meant, where that is clear" : null]
            .filter((part) => part !== null)
            .join("; "),
        }),
      ),
    };
  }
  const findings = new Findings();
  for (const { line, message } of meant)
    findings.add(
      "changed",
      { file: file.name, line },
      "--lenient",
      `Piranha refuses this: ${message}`,
    );
  crlf(file, findings);
  const around = surroundingsOf(others, findings);
  const conversion = { file: file.name, root: new MapNode(), global, findings, options, around };
  globals(conversion);
  const isFos = global.values.get("service")?.text === "fos";
  if (isFos) failoverServicesOf(conversion);
  else virtualServersOf(conversion);
  leftOutBlocks(conversion, isFos);
  mend(conversion.root, findings);
  return { root: conversion.root, findings: findings.all() };
}

function crlf(file: ForeignFile, findings: Findings): void {
  if (!file.text.includes("\r")) return;
  const line = file.text.slice(0, file.text.indexOf("\r")).split("\n").length;
  const text =
    "a carriage return: Piranha reads nothing behind the first one as lines; convert the file, or take it with --lenient";
  findings.add("suspicious", { file: file.name, line }, "line ends", text);
}

function leftOutBlocks({ file, global, findings }: Conversion, isFos: boolean): void {
  const kind = isFos ? "virtual" : "failover";
  for (const block of global.blocks.filter((each) => each.kind === kind))
    findings.add(
      "left-out",
      { file, line: block.line },
      `${kind} ${block.name}`,
      `service = ${isFos ? "fos" : "lvs"}: Piranha does not run ${kind} blocks of this file`,
    );
}

function globals(conversion: Conversion): void {
  const { root, global, file } = conversion;
  const serial = global.values.get("serial_no");
  if (serial !== undefined && serial.number >= 0)
    root.set("serial", serial.number, originOf(file, serial));
  const hasBackup = routers(conversion);
  heartbeat(conversion, hasBackup);
  failover(conversion);
  connectionSync(conversion);
  timeouts(conversion);
  network(conversion);
  unused(conversion);
}

/** Says whether there are two. */
function routers({ root, global, file, findings, options }: Conversion): boolean {
  const value = (key: string): Given | undefined => global.values.get(key);
  const map = root.map("routers");
  const primary = value("primary");
  const backup = value("backup");
  const ownPrivate = value("primary_private");
  // Piranha: without primary_private the private path is the public one, whatever backup_private is.
  const hasPrivate = ownPrivate !== undefined && ownPrivate.text !== primary?.text;
  const router = (
    key: "primary" | "backup",
    own: Given | undefined,
    second: Given | undefined,
  ): void => {
    const one = map.map(key, originOf(file, own), "flow");
    const given = options[key];
    if (given !== null) {
      one.set("public", given.public);
      if (given.private !== null) one.set("private", given.private);
      return;
    }
    if (own === undefined)
      map.set(
        key,
        new MapNode().set("public", new Missing("router", `the ${key} router's own address`)),
      );
    else {
      one.set("public", own.text, originOf(file, own));
      if (second !== undefined) one.set("private", second.text, originOf(file, second));
    }
  };
  router("primary", primary, hasPrivate ? ownPrivate : undefined);
  const isBackupActive = value("backup_active")?.number === 1;
  const hasBackup = backup !== undefined && backup.text !== "0.0.0.0";
  const backupPrivate = value("backup_private");
  const isPair = options.backup !== null || (isBackupActive && hasBackup);
  if (isPair) router("backup", backup, hasPrivate ? backupPrivate : undefined);
  else if (backup !== undefined) {
    const text = hasBackup
      ? "backup_active is 0: this router serves alone, as with Piranha; add it under routers to have two"
      : "0.0.0.0 is no router";
    findings.add("left-out", originOf(file, backup), "backup", text);
  }
  if (backupPrivate !== undefined && !hasPrivate)
    findings.add(
      "left-out",
      originOf(file, backupPrivate),
      "backup_private",
      "there is no primary_private, so Piranha uses one path",
    );
  if (hasPrivate && backupPrivate === undefined && isBackupActive) {
    const text = "without backup_private Piranha's backup cannot start; one path is used";
    findings.add("suspicious", originOf(file, ownPrivate), "primary_private", text);
    const node = map.get("primary");
    if (node instanceof MapNode && options.primary === null)
      map.set("primary", new MapNode("flow").set("public", primary?.text), originOf(file, primary));
  }
  return isPair;
}

function heartbeat({ root, global, file, findings }: Conversion, hasBackup: boolean): void {
  const map = root.map("heartbeat");
  const keepalive = global.values.get("keepalive");
  const deadtime = global.values.get("deadtime");
  const port = global.values.get("heartbeat_port");
  if (port !== undefined && port.number !== 539) map.set("port", port.number, originOf(file, port));
  const interval = Math.min(Math.max(keepalive?.number ?? 2, 1), 60);
  const dead = Math.min(Math.max(deadtime?.number ?? 5, 2 * interval), 600);
  map.set("interval", `${interval}s`, originOf(file, keepalive), "250ms would notice sooner");
  map.set("dead_after", `${dead}s`, originOf(file, deadtime), "1s would take over sooner");
  if (keepalive !== undefined && keepalive.number !== interval)
    findings.add(
      "changed",
      originOf(file, keepalive),
      "keepalive",
      `${interval}s: 1s to 1m is possible`,
    );
  if (deadtime !== undefined && deadtime.number !== dead)
    findings.add(
      "changed",
      originOf(file, deadtime),
      "deadtime",
      `${dead}s instead of ${deadtime.number}s: at least two intervals, or one lost heartbeat is a takeover`,
    );
  protocol(map, hasBackup, findings);
}

/**
 * lvs.cf means pulse. Both are spoken, since the file of one router may be imported while the other
 * one still runs Piranha; a pair of lvsd then has what it has without a Piranha: signed heartbeats.
 */
function protocol(map: MapNode, hasBackup: boolean, findings: Findings): void {
  if (!hasBackup) return;
  map.set(
    "protocol",
    "auto",
    null,
    "Piranha's pulse, or lvsd's own as soon as both routers run it",
  );
  findings.add(
    "changed",
    null,
    "heartbeat",
    "a Piranha on the other router is spoken to in its pulse, which nothing authenticates; two lvsd speak their own, signed: make a key with lvsd keygen, copy it to both routers, and set protocol: lvsd once both run lvsd",
  );
}

function failover({ root, global, file, findings }: Conversion): void {
  const map = root.map("failover");
  map.set("failback", "manual", null, "Piranha's primary stayed standby when it came back");
  findings.add(
    "changed",
    null,
    "failback",
    "manual, as Piranha's program does; many manuals say that the primary takes over again: that is failback: auto",
  );
  const links = global.values.get("monitor_links");
  if ((links?.number ?? 0) === 0)
    map.set(
      "monitor_links",
      false,
      originOf(file, links),
      "lvsd's default watches the VIPs' devices",
    );
  else
    findings.add(
      "changed",
      originOf(file, links),
      "monitor_links",
      "Piranha watches the devices of the heartbeat, lvsd those of the VIPs; name others with failover.monitor_links",
    );
  commands({ root, global, file, findings });
}

/** active_cmd and inactive_cmd are a failover service that has no check. */
function commands({
  root,
  global,
  file,
  findings,
}: Pick<Conversion, "root" | "global" | "file" | "findings">): void {
  const start = global.values.get("active_cmd");
  const stop = global.values.get("inactive_cmd");
  if (start === undefined && stop === undefined) return;
  const words = (given: Given | undefined): Node =>
    given === undefined ? ["/bin/true"] : given.text.split(" ").filter((word) => word !== "");
  const origin = originOf(file, start ?? stop);
  const service = root.map("failover").map("services").map("active_cmd", origin);
  service.set("start", words(start), originOf(file, start));
  service.set("stop", words(stop), originOf(file, stop));
  findings.add(
    "changed",
    origin,
    "active_cmd",
    "a failover service: its end is waited for and its status counts, which Piranha ignores",
  );
}

function connectionSync({ root, global, file, findings }: Conversion): void {
  const value = (key: string): Given | undefined => global.values.get(key);
  if (value("syncdaemon")?.number !== 1) return;
  const id = value("syncd_id");
  const map = root.map("connection_sync", originOf(file, value("syncdaemon")));
  map.set("device", value("syncd_iface")?.text ?? "eth0", originOf(file, value("syncd_iface")));
  map.set("id", (id?.number ?? 0) & 0xff, originOf(file, id));
  if (id !== undefined && id.number !== (id.number & 0xff))
    findings.add(
      "changed",
      originOf(file, id),
      "syncd_id",
      `${id.number & 0xff}: the kernel takes 8 bits`,
    );
}

function timeouts({ root, global, file }: Conversion): void {
  const names = { tcp_timeout: "tcp", tcpfin_timeout: "tcp_fin", udp_timeout: "udp" };
  for (const [old, key] of Object.entries(names)) {
    const given = global.values.get(old);
    if (given !== undefined && given.number > 0)
      root.map("timeouts").set(key, `${given.number}s`, originOf(file, given));
  }
}

function network({ root, global, file, findings, around }: Conversion): void {
  const method = global.values.get("network");
  const forwarding = method?.text ?? "nat";
  root.set("forwarding", forwarding, originOf(file, method));
  const router = global.values.get("nat_router");
  const mask = global.values.get("nat_nmask");
  if (router === undefined) {
    if (forwarding === "nat")
      findings.add(
        "suspicious",
        originOf(file, method),
        "network",
        "nat without nat_router: after a failover the real servers keep the old router as their gateway",
      );
    return;
  }
  if (forwarding !== "nat") {
    const text = `used with network = nat only, and it is ${forwarding}`;
    findings.add("left-out", originOf(file, router), "nat_router", text);
    return;
  }
  const written = mask === undefined ? null : prefixLength(mask.text);
  const length = written ?? placeOf(around, router.text)?.length ?? null;
  const map = root.map("nat_router", originOf(file, router));
  map.set(
    "address",
    length === null ? router.text : `${router.text}/${length}`,
    originOf(file, router),
  );
  map.set("device", router.device, originOf(file, router));
}

/** What no program of Piranha's reads, and what has no counterpart. */
const reasons: Readonly<Record<string, string>> = {
  primary_shared:
    "shared disks have no counterpart; a fence command (failover.fence) cuts the peer off",
  backup_shared:
    "shared disks have no counterpart; a fence command (failover.fence) cuts the peer off",
  reservation_conflict_action: "shared disks have no counterpart",
  rsh_command: "the load of real servers is not read through a remote shell",
  debug_level: "no program of Piranha's reads it",
  heartbeat: "no program of Piranha's reads it",
  ipvsadm: "lvsd looks for ipvsadm in its PATH",
  hard_shutdown: "a check that dies does not take the router down",
  sync: "no program of Piranha's reads it; cluster_sync keeps both files the same",
};

/** Of these, what did something. */
const lost = ["primary_shared", "backup_shared", "reservation_conflict_action"];

function unused({ global, file, findings }: Conversion): void {
  for (const [key, given] of global.values)
    if (Object.hasOwn(reasons, key))
      findings.add(
        lost.includes(key) ? "left-out" : "carried",
        originOf(file, given),
        key,
        reasons[key] ?? "",
      );
}
