/**
 * VRRP instances of one or two routers' files: the routers, the heartbeat, the VIPs and what is
 * watched. keepalived's instances may be active on different routers; lvsd's VIPs stay together.
 */
import type { Findings } from "../imported.ts";
import { type MapNode, Missing } from "../outline.ts";
import { type Conversion, duration, isAddress, numberOf, quoted, secondsOf } from "./conversion.ts";
import { allOf, lastOf, type Statement } from "./statements.ts";
import type { VipPlaces } from "./virtual.ts";

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
  heartbeat(conversion, instances);
  failover(conversion, instances);
  return vips(conversion, instances);
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
    const isMaster = lastOf(block, "state")?.words[0] === "MASTER";
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
  for (const role of ["primary", "backup"] as const) {
    const given = options[role];
    if (given !== null) {
      const router = map.map(role, null, "flow").set("public", given.public);
      if (given.private !== null) router.set("private", given.private);
      continue;
    }
    const address = known[role];
    if (address !== null) map.map(role, own?.origin ?? null, "flow").set("public", address);
    else if (role === "primary" || own !== undefined)
      map
        .map(role)
        .set(
          "public",
          new Missing(`the ${role} router's own address; VRRP by multicast names none`),
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

function heartbeat({ root, findings }: Conversion, instances: readonly Instance[]): void {
  const [first] = instances;
  if (first === undefined) return;
  const advert = lastOf(first.block, "advert_int");
  const interval = Math.min(Math.max(secondsOf(advert, advertDefault, findings), 0.01), 60);
  const map = root.map("heartbeat");
  map.set("interval", duration(interval), advert?.origin ?? null, "lvsd's default is 250ms");
  map.set("dead_after", duration(advertsToDeath * interval), null, "three adverts, as VRRP");
  const authentication = lastOf(first.block, "authentication", "auth_hmac");
  findings.add(
    "changed",
    authentication?.origin ?? first.origin,
    "heartbeat",
    "signed heartbeats by unicast take the place of VRRP: make a key with lvsd keygen and copy it to both routers",
  );
}

function failover({ root, findings }: Conversion, instances: readonly Instance[]): void {
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
  if (delay !== undefined && !first.isMaster)
    map.set("failback_delay", duration(secondsOf(delay, 0, findings)), delay.origin);
  links(map, instances);
  announcements(map, first, findings);
  for (const instance of instances) leftOut(instance, findings);
}

function links(failoverMap: MapNode, instances: readonly Instance[]): void {
  const devices = new Set<string>();
  for (const { block } of instances) {
    const own = lastOf(block, "interface")?.words[0];
    if (own !== undefined && lastOf(block, "dont_track_primary") === undefined) devices.add(own);
    for (const tracked of allOf(block, "track_interface").flatMap((one) => one.block ?? []))
      devices.add(tracked.keyword);
  }
  failoverMap.set("monitor_links", devices.size === 0 ? false : [...devices]);
}

function announcements(map: MapNode, { block }: Instance, findings: Findings): void {
  const repeat = lastOf(block, "garp_master_repeat");
  const refresh = lastOf(block, "garp_master_refresh");
  if (repeat === undefined && refresh === undefined) return;
  const announce = map.map("announce", null, "flow");
  const count = numberOf(repeat, { min: 0, max: 100 }, findings);
  if (count !== undefined) announce.set("count", Math.max(1, count));
  const seconds = refresh === undefined ? 0 : secondsOf(refresh, 0, findings);
  if (seconds > 0) announce.set("refresh", duration(seconds));
}

const reasons: Readonly<Record<string, string>> = {
  track_script:
    "a command that makes a router unfit has no counterpart; failover.services with a check comes near",
  track_file: "has no counterpart",
  track_process: "has no counterpart; failover.services with a check comes near",
  track_bfd: "has no counterpart",
  virtual_routes: "routes that follow the VIPs have no counterpart; failover.services can set them",
  virtual_rules: "rules that follow the VIPs have no counterpart; failover.services can set them",
  use_vmac: "VIPs live on the device itself; their change is announced",
  fwmark: "no keyword of an instance: keepalived ignores it",
};

function leftOut({ block, name }: Instance, findings: Findings): void {
  for (const { keyword, origin, rest } of block) {
    const reason = keyword.startsWith("notify")
      ? `other arguments: notify.command gets the event state/changed (${quoted(rest)})`
      : reasons[keyword];
    if (reason !== undefined)
      findings.add("left-out", origin, `vrrp_instance ${name}: ${keyword}`, reason);
  }
}

function vips({ findings }: Conversion, instances: readonly Instance[]): VipPlaces {
  const places = new Map<string, { length: number; device: string }>();
  const labels = new Set<string>();
  for (const { block, name } of instances) {
    const own = lastOf(block, "interface")?.words[0] ?? "";
    const lines = allOf(block, "virtual_ipaddress", "virtual_ipaddress_excluded").flatMap(
      (one) => one.block ?? [],
    );
    for (const line of lines) {
      const [address = "", length] = line.keyword.split("/");
      if (!isAddress(address)) {
        findings.add(
          "suspicious",
          line.origin,
          `vrrp_instance ${name}: ${line.keyword}`,
          "no address: keepalived skips it",
        );
        continue;
      }
      const word = (key: string): string | undefined => {
        const at = line.words.indexOf(key);
        return at === -1 ? undefined : line.words[at + 1];
      };
      const label = word("label");
      const isFree = label !== undefined && !labels.has(label);
      if (label !== undefined && isFree) labels.add(label);
      if (label !== undefined && !isFree)
        findings.add(
          "suspicious",
          line.origin,
          label,
          "the label is taken by another address; left out",
        );
      const isSix = address.includes(":");
      const device =
        label !== undefined && isFree && label.includes(":") ? label : (word("dev") ?? own);
      places.set(address, {
        length: length === undefined ? (isSix ? 128 : 32) : Number(length),
        device,
      });
    }
  }
  return places;
}
