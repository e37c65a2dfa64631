/**
 * VRRP instances of one or two routers' files: the routers, the heartbeat, the VIPs and what is
 * watched. keepalived's instances may be active on different routers; lvsd's VIPs stay together.
 */
import type { Findings } from "../imported.ts";
import { MapNode, Missing } from "../outline.ts";
import { type Conversion, duration, isAddress, numberOf, quoted, secondsOf } from "./conversion.ts";
import { instanceTable, reportRest, scriptTable } from "./keywords.ts";
import { allOf, lastOf, type Statement } from "./statements.ts";
import { type VipPlaces, vipsOf } from "./vips.ts";

/** One router's file. */
export interface RouterFile {
  readonly name: string;
  readonly top: readonly Statement[];
}

interface Instance {
  readonly name: string;
  readonly block: readonly Statement[];
  readonly origin: Statement["origin"];
  readonly priority: number;
  readonly isMaster: boolean;
  readonly source: string | null;
  readonly peers: readonly string[];
}

const priorityDefault = 100;
const advertDefault = 1;
/** A backup waits for three intervals and a little more. */
const advertsToDeath = 3;

/** Writes routers, heartbeat and failover; where each VIP lives. */
export function routersOf(conversion: Conversion, files: readonly RouterFile[]): VipPlaces {
  const { findings } = conversion;
  const all = files.map(({ name, top }) => ({ name, instances: instancesOf(top, findings) }));
  const [main] = byPriority(all);
  routers(conversion, byPriority(all));
  const instances = main?.instances ?? [];
  opposed(all, findings);
  const top = files.find(({ name }) => name === main?.name)?.top ?? [];
  const globals = allOf(top, "global_defs").flatMap((one) => one.block ?? []);
  heartbeat(conversion, instances, globals);
  failover(conversion, instances, globals);
  for (const { name, block } of instances)
    reportRest(block, instanceTable, `vrrp_instance ${name}`, findings);
  scripts(top, findings);
  return vipsOf(instances, findings);
}

type FileInstances = { readonly name: string; readonly instances: readonly Instance[] };

/** The primary's file first. */
const byPriority = (files: readonly FileInstances[]): readonly FileInstances[] =>
  files.toSorted((a, b) => rank(b) - rank(a));
const rank = ({ instances }: FileInstances): number =>
  instances.reduce((sum, { priority }) => sum + priority, 0) / Math.max(1, instances.length);

function instancesOf(top: readonly Statement[], findings: Findings): readonly Instance[] {
  const names = new Set<string>();
  return allOf(top, "vrrp_instance").flatMap((statement) => {
    const name = statement.words[0] ?? "";
    if (names.has(name)) {
      const text = "a second one of this name: keepalived skips it";
      findings.add("suspicious", statement.origin, `vrrp_instance ${name}`, text);
      return [];
    }
    names.add(name);
    const block = statement.block ?? [];
    const given = numberOf(lastOf(block, "priority"), { min: 1, max: 255 }, findings);
    const isMaster = masterIn(block, findings);
    const source = lastOf(block, "unicast_src_ip", "mcast_src_ip")?.words[0] ?? null;
    const peers = allOf(block, "unicast_peer")
      .flatMap((peer) => peer.block ?? [])
      .map(({ keyword }) => keyword)
      .filter(isAddress);
    const priority =
      given ?? (isMaster && lastOf(block, "priority") === undefined ? 255 : priorityDefault);
    return [{ name, block, origin: statement.origin, priority, isMaster, source, peers }];
  });
}

/** Any word but MASTER means BACKUP, and BACKUP after MASTER is ignored. */
function masterIn(block: readonly Statement[], findings: Findings): boolean {
  const states = allOf(block, "state");
  for (const { words, origin } of states)
    if (words[0] !== "MASTER" && words[0] !== "BACKUP") {
      const text = `${quoted(words[0] ?? "")} is neither MASTER nor BACKUP: BACKUP to keepalived`;
      findings.add("suspicious", origin, "state", text);
    }
  return states.some(({ words }) => words[0] === "MASTER");
}

/** VIPs of different instances that prefer different routers. */
function opposed(files: readonly FileInstances[], findings: Findings): void {
  const [a, b] = files;
  const prefers = (file: FileInstances, name: string): number =>
    file.instances.find((instance) => instance.name === name)?.priority ?? 0;
  if (a !== undefined && b !== undefined) {
    const signs = a.instances.map(({ name }) => Math.sign(prefers(a, name) - prefers(b, name)));
    if (!signs.includes(1) || !signs.includes(-1)) return;
  } else {
    const states = new Set((a?.instances ?? []).map(({ isMaster }) => isMaster));
    if (states.size < 2) return;
  }
  findings.add(
    "suspicious",
    a?.instances[0]?.origin ?? null,
    "vrrp_instance",
    "some instances prefer one router and some the other, so that both serve; lvsd has one active router that holds all VIPs",
  );
}

function routers({ root, findings, options }: Conversion, files: readonly FileInstances[]): void {
  const map = root.map("routers");
  const [first, second] = files;
  const own = first?.instances[0];
  const primary = own?.source ?? null;
  const backup = second?.instances[0]?.source ?? own?.peers[0] ?? null;
  // One file alone: its peer is the primary where the file says BACKUP.
  const isBackupsFile =
    second === undefined && own !== undefined && !own.isMaster && own.priority <= priorityDefault;
  const known = isBackupsFile ? { primary: backup, backup: primary } : { primary, backup };
  const [ours = null, theirs = null] = secondPath(first, second);
  const privates = isBackupsFile
    ? { primary: theirs, backup: ours }
    : { primary: ours, backup: theirs };
  for (const role of ["primary", "backup"] as const) {
    const given = options[role];
    if (given !== null) {
      const router = map.map(role, null, "flow").set("public", given.public);
      if (given.private !== null) router.set("private", given.private);
      continue;
    }
    const address = known[role];
    if (address !== null) {
      const router = map.map(role, own?.origin ?? null, "flow").set("public", address);
      if (ours !== null && theirs !== null) router.set("private", privates[role] ?? undefined);
    } else if (role === "primary" || own !== undefined)
      map
        .map(role)
        .set(
          "public",
          new Missing("router", `the ${role} router's own address; VRRP by multicast names none`),
        );
  }
  if (own !== undefined && own.peers.length > 1)
    findings.add(
      "left-out",
      own.origin,
      "unicast_peer",
      `${own.peers.length} peers: a pair has two routers; the first one is taken`,
    );
}

/** Another instance's own address and its peer's: the second path of heartbeats. */
function secondPath(
  first: FileInstances | undefined,
  second: FileInstances | undefined,
): readonly string[] {
  const [main, ...rest] = first?.instances ?? [];
  for (const { name, source, peers } of rest) {
    const other = second?.instances.find((instance) => instance.name === name);
    const peer = second === undefined ? peers[0] : other?.source;
    const isOther = source !== null && source !== main?.source && peer !== main?.peers[0];
    if (isOther && peer) return [source, peer];
  }
  return [];
}

const intervalMax = 60;
const deadMax = 600;

function heartbeat(
  { root, findings }: Conversion,
  instances: readonly Instance[],
  globals: readonly Statement[],
): void {
  const [first] = instances;
  if (first === undefined) return;
  const advert = lastOf(first.block, "advert_int");
  const given = secondsOf(advert, advertDefault, findings);
  const written = lastOf(first.block, "version") ?? lastOf(globals, "vrrp_version");
  const isSix = allOf(first.block, "virtual_ipaddress")
    .flatMap(linesOf)
    .some(({ keyword }) => keyword.includes(":"));
  const isWhole = written?.words[0] !== "3" && !isSix;
  const advertised = isWhole ? Math.max(1, Math.round(given)) : given;
  const interval = Math.min(Math.max(advertised, 0.01), intervalMax);
  if (interval !== given) {
    const why = advertised === given ? "10ms to 1m is possible" : "VRRPv2 has whole seconds";
    findings.add("changed", advert?.origin ?? null, "advert_int", `${interval}s: ${why}`);
  }
  const adverts = lastOf(first.block, "down_timer_adverts");
  const missed = adverts ?? lastOf(globals, "vrrp_down_timer_adverts");
  const count = numberOf(missed, { min: 1, max: 100 }, findings) ?? advertsToDeath;
  const dead = Math.min(Math.max(count, 2) * interval, deadMax);
  const map = root.map("heartbeat");
  map.set("interval", duration(interval), advert?.origin ?? null, "lvsd's default is 250ms");
  const three = missed === undefined ? "three adverts, as VRRP" : null;
  map.set("dead_after", duration(dead), missed?.origin ?? null, three);
  const authentication = lastOf(first.block, "authentication", "auth_hmac");
  findings.add(
    "changed",
    authentication?.origin ?? first.origin,
    "heartbeat",
    "signed heartbeats by unicast take the place of VRRP: make a key with lvsd keygen and copy it to both routers",
  );
}

function failover(
  { root, findings }: Conversion,
  instances: readonly Instance[],
  globals: readonly Statement[],
): void {
  const [first] = instances;
  if (first === undefined) return;
  const map = root.map("failover");
  const nopreempt = lastOf(first.block, "nopreempt");
  const isManual = nopreempt !== undefined && !first.isMaster && first.priority < 255;
  map.set("failback", isManual ? "manual" : "auto", nopreempt?.origin ?? null);
  if (nopreempt !== undefined && !isManual)
    findings.add(
      "suspicious",
      nopreempt.origin,
      "nopreempt",
      "with state MASTER keepalived clears it: the router preempts; failback: manual is what it promises",
    );
  const delay = lastOf(first.block, "preempt_delay");
  const seconds = secondsOf(delay, 0, findings);
  if (delay !== undefined && !first.isMaster && !isManual && seconds <= preemptDelayMax)
    map.set("failback_delay", duration(seconds), delay.origin);
  else if (delay !== undefined) {
    const why =
      seconds > preemptDelayMax
        ? `more than ${preemptDelayMax} seconds`
        : "with state MASTER or nopreempt";
    findings.add("suspicious", delay.origin, "preempt_delay", `${why}: keepalived ignores it`);
  } else if (!isManual)
    findings.add(
      "changed",
      first.origin,
      "failback_delay",
      "the primary takes over again once it was healthy for 10s; keepalived preempts at once",
    );
  links(map, instances, findings);
  announcements(map, first, globals, findings);
}

const preemptDelayMax = 1000;

function links(failoverMap: MapNode, instances: readonly Instance[], findings: Findings): void {
  const devices = new Set<string>();
  for (const { block, name, origin } of instances) {
    const own = lastOf(block, "interface")?.words[0];
    if (own === undefined) {
      const text = "no interface: keepalived needs one, but with unicast and a source address";
      findings.add("suspicious", origin, `vrrp_instance ${name}`, text);
    } else if (lastOf(block, "dont_track_primary") === undefined) devices.add(own);
    for (const { keyword, words, origin } of allOf(block, "track_interface").flatMap(linesOf)) {
      devices.add(keyword);
      const weight = Number(words[words.indexOf("weight") + 1] ?? 0);
      if (!words.includes("weight") || weight === 0) continue;
      const text = `weight ${weight} lowers or raises the priority; with lvsd a router is unfit while the link is down`;
      findings.add("changed", origin, `track_interface ${keyword}`, text);
    }
  }
  failoverMap.set("monitor_links", devices.size === 0 ? false : [...devices]);
}

function announcements(
  map: MapNode,
  { block }: Instance,
  globals: readonly Statement[],
  findings: Findings,
): void {
  const of = (word: string): Statement | undefined =>
    lastOf(block, word) ?? lastOf(globals, `vrrp_${word}`);
  const repeat = of("garp_master_repeat");
  const refresh = of("garp_master_refresh");
  if (repeat === undefined && refresh === undefined) return;
  const announce = new MapNode("flow");
  const count = numberOf(repeat, { min: 0, max: 2 ** 31 - 1 }, findings);
  if (count !== undefined) announce.set("count", Math.min(Math.max(1, count), announcementsMax));
  const seconds = refresh === undefined ? 0 : secondsOf(refresh, 0, findings);
  if (seconds > 0) announce.set("refresh", duration(Math.min(Math.max(seconds, 0.1), day)));
  if (announce.size > 0) map.set("announce", announce, (repeat ?? refresh)?.origin);
}

const announcementsMax = 100;
const day = 86_400;

/** Scripts that count against a router, and scripts that nothing tracks. */
function scripts(top: readonly Statement[], findings: Findings): void {
  const known = allOf(top, "vrrp_script");
  for (const script of known) {
    const subject = `vrrp_script ${script.words[0] ?? ""}`;
    reportRest(script.block ?? [], scriptTable, subject, findings);
    findings.add("left-out", script.origin, subject, scriptReason);
  }
  const names = new Set(known.map(({ words }) => words[0]));
  for (const instance of allOf(top, "vrrp_instance", "vrrp_sync_group"))
    for (const tracked of allOf(instance.block ?? [], "track_script").flatMap(linesOf)) {
      const subject = `${instance.keyword} ${instance.words[0] ?? ""}: track_script ${tracked.keyword}`;
      if (names.has(tracked.keyword))
        findings.add("left-out", tracked.origin, subject, scriptReason);
      else
        findings.add(
          "suspicious",
          tracked.origin,
          subject,
          "no vrrp_script of this name: keepalived ignores the line, so that nothing is tracked",
        );
    }
}

const scriptReason =
  "a command that makes a router unfit has no counterpart; failover.services with a check comes near";

const linesOf = ({ block }: Statement): readonly Statement[] => block ?? [];
