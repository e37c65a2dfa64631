/**
 * The whole configuration after defaults and before it is known to be sound: what the rules judge
 * and what a Config is assembled from. A value is undefined where it is faulty and complained of.
 */

import type { Complaints, Spot } from "../keys/complaints.ts";
import type { Device, Floating } from "../keys/network-shapes.ts";
import { type Draft, emptyDraft, type Keys, type Settled, settle } from "../keys/section.ts";
import type { Named } from "../keys/shape.ts";
import { type IpAddress, isAddress } from "../model/address.ts";
import type { Forwarding, Protocol } from "../model/service.ts";
import { type CheckNeed, type CheckOwner, settleCheck, type WrittenOrigin } from "./check-draft.ts";
import type { Checks, ServiceConfig } from "./config.ts";
import { settleServices } from "./failover-services.ts";
import { type ServiceWhole, type SettledService, settleService } from "./forwarding/service.ts";
import type { CheckLayer } from "./schema/check.ts";
import { consoleKeys, consoleTlsKeys } from "./schema/console.ts";
import { announceKeys, failoverKeys, fenceKeys } from "./schema/failover.ts";
import { heartbeatKeys } from "./schema/heartbeat.ts";
import { mailKeys } from "./schema/mail.ts";
import {
  checksKeys,
  connectionSyncKeys,
  guardKeys,
  type includedKeys,
  natRouterKeys,
  notifyKeys,
  rootKeys,
  routerKeys,
  routersKeys,
  timeoutsKeys,
  vipKeys,
} from "./schema/root.ts";
import {
  connectionKeys,
  ftpKeys,
  persistenceKeys,
  realServerKeys,
  tunnelKeys,
  virtualServerKeys,
} from "./schema/virtual-server.ts";

export type VirtualServerDraft = Draft<typeof virtualServerKeys>;

export interface RealServerWhole {
  readonly name: string;
  readonly nameSpot: Spot;
  readonly keys: Settled<typeof realServerKeys>;
  readonly port: number | null | undefined;
  readonly forwarding: Forwarding | undefined;
  readonly tunnel: Settled<typeof tunnelKeys> | null | undefined;
  readonly connections: Settled<typeof connectionKeys> | undefined;
  readonly check: Checks | undefined;
}

/** The address of a real server; undefined where it is a host name, or faulty. */
export function addressOf(keys: RealServerWhole["keys"]): IpAddress | undefined {
  const { address } = keys.values;
  return address !== undefined && isAddress(address) ? address : undefined;
}

export interface VirtualServerWhole {
  readonly name: string;
  readonly nameSpot: Spot;
  readonly keys: Settled<typeof virtualServerKeys>;
  /** Undefined where it is faulty. */
  readonly service: ServiceWhole | undefined;
  /** Where checks go; null: a firewall mark alone does not say. */
  readonly port: number | null | undefined;
  readonly ftp: Settled<typeof ftpKeys> | null | undefined;
  /** What its real servers have that do not say. */
  readonly forwarding: Forwarding | undefined;
  readonly persistence: Settled<typeof persistenceKeys> | null | undefined;
  readonly tunnel: Settled<typeof tunnelKeys> | null | undefined;
  readonly realServers: readonly RealServerWhole[];
}

/** One claim on a floating address, before claims on the same address are brought together. */
export interface Claim {
  readonly kind: "nat-router" | "vip";
  readonly path: string;
  readonly floating: Floating;
  readonly spot: Spot;
  /** Null where the device was left out. */
  readonly device: Device | null;
  readonly deviceSpot: Spot;
  /** False for an inactive virtual server, whose VIP is not needed. */
  readonly wanted: boolean;
}

export interface Whole {
  readonly root: Settled<typeof rootKeys>;
  readonly routers: Settled<typeof routersKeys> | undefined;
  readonly primary: Settled<typeof routerKeys> | undefined;
  /** Null where there is no backup. */
  readonly backup: Settled<typeof routerKeys> | null | undefined;
  readonly heartbeat: Settled<typeof heartbeatKeys> | undefined;
  readonly failover: Settled<typeof failoverKeys> | undefined;
  readonly announce: Settled<typeof announceKeys> | undefined;
  readonly fence: Settled<typeof fenceKeys> | null | undefined;
  /** Those that are sound. */
  readonly services: readonly ServiceConfig[];
  readonly guard: Settled<typeof guardKeys> | undefined;
  readonly checks: Settled<typeof checksKeys> | undefined;
  readonly connectionSync: Settled<typeof connectionSyncKeys> | null | undefined;
  readonly console: Settled<typeof consoleKeys> | undefined;
  readonly consoleTls: Settled<typeof consoleTlsKeys> | null | undefined;
  readonly notify: Settled<typeof notifyKeys> | undefined;
  readonly mail: Settled<typeof mailKeys> | null | undefined;
  readonly timeouts: Settled<typeof timeoutsKeys> | null | undefined;
  readonly virtualServers: readonly VirtualServerWhole[];
  /** Null where there is none. */
  readonly natRouter: Settled<typeof natRouterKeys> | null;
  readonly claims: readonly Claim[];
  /** What the checks need of the machine. */
  readonly checkNeeds: readonly CheckNeed[];
  /** Where checks come from, wherever that is written. */
  readonly checkOrigins: readonly WrittenOrigin[];
}

/** What an included file gives. */
export type IncludedDraft = Draft<typeof includedKeys>;

/** Settles the main file with its includes. `absolute`: against the main file's directory. */
export function settleWhole(
  main: Draft<typeof rootKeys>,
  included: readonly IncludedDraft[],
  absolute: (path: string) => string,
  complaints: Complaints,
): Whole {
  const one = <K extends Keys>(
    keys: K,
    draft: Draft<K> | null | undefined,
  ): Settled<K> | undefined => (draft ? settle(keys, [draft], complaints) : undefined);
  const maybe = <K extends Keys>(
    keys: K,
    draft: Draft<K> | null | undefined,
  ): Settled<K> | null | undefined => (draft === null ? null : one(keys, draft));

  const root = settle(rootKeys, [main], complaints);
  const routers = one(routersKeys, root.values.routers);
  const failover = one(failoverKeys, root.values.failover);
  const consoleSection = one(consoleKeys, root.values.console);
  const notify = one(notifyKeys, root.values.notify);
  const checkNeeds: CheckNeed[] = [];
  const checkOrigins: WrittenOrigin[] = [];
  const ofChecks = {
    absolute,
    needs: (need: CheckNeed) => checkNeeds.push(need),
    comesFrom: (written: WrittenOrigin) => checkOrigins.push(written),
  };
  const surroundings: Surroundings = {
    defaults: main.given.defaults ?? null,
    forwarding: root.values.forwarding,
    marks: root.values.marks,
    ofChecks,
    complaints,
  };
  const drafts: readonly IncludedDraft[] = [main as IncludedDraft, ...included];
  const virtualServers = uniqueByName(
    drafts.flatMap((draft) => draft.given.virtual_servers ?? []),
    complaints,
  ).flatMap((server) => settleVirtualServer(server, surroundings));
  const vips = drafts
    .flatMap((draft) => draft.given.vips ?? [])
    .map((vip) => settle(vipKeys, [vip], complaints));
  const natRouter = one(natRouterKeys, root.values.nat_router);
  return {
    root,
    routers,
    primary: one(routerKeys, routers?.values.primary),
    backup: maybe(routerKeys, routers?.values.backup),
    heartbeat: one(heartbeatKeys, root.values.heartbeat),
    failover,
    announce: one(announceKeys, failover?.values.announce),
    console: consoleSection,
    consoleTls: maybe(consoleTlsKeys, consoleSection?.values.tls),
    notify,
    mail: maybe(mailKeys, notify?.values.mail),
    fence: maybe(fenceKeys, failover?.values.fence),
    services: settleServices(failover?.values.services ?? [], ofChecks, complaints),
    guard: one(guardKeys, root.values.guard),
    checks: one(checksKeys, root.values.checks),
    connectionSync: maybe(connectionSyncKeys, root.values.connection_sync),
    timeouts: maybe(timeoutsKeys, root.values.timeouts),
    virtualServers,
    natRouter: natRouter ?? null,
    claims: [
      ...(natRouter === undefined ? [] : claimOf("nat-router", natRouter, true)),
      ...virtualServers.flatMap(({ keys }) => claimOf("vip", keys, keys.values.active !== false)),
      ...vips.flatMap((vip) => claimOf("vip", vip, true)),
    ],
    checkNeeds,
    checkOrigins,
  };
}

/** What checks have of the machine whatever their virtual server. */
export type ChecksMachine = Pick<CheckOwner, "absolute" | "needs" | "comesFrom">;

interface Surroundings {
  readonly defaults: VirtualServerDraft | null;
  readonly forwarding: Forwarding | undefined;
  readonly marks: "lvsd" | "external" | undefined;
  readonly ofChecks: ChecksMachine;
  readonly complaints: Complaints;
}

/** Names are given once over all files; the first one counts. */
function uniqueByName<T>(all: readonly Named<T>[], complaints: Complaints): readonly Named<T>[] {
  const first = new Map<string, Named<T>>();
  for (const one of all) {
    const other = first.get(one.name);
    if (other === undefined) {
      first.set(one.name, one);
      continue;
    }
    const { source, offset } = other.nameSpot;
    const message = `virtual_servers.${one.name}: this name is given a second time`;
    const hint = `it stands in ${source.file}:${source.placeOf(offset).line} already`;
    complaints.at(one.nameSpot, message, hint);
  }
  return [...first.values()];
}

function settleVirtualServer(
  { name, nameSpot, value }: Named<VirtualServerDraft>,
  around: Surroundings,
): VirtualServerWhole[] {
  if (value === undefined) return [];
  const { defaults, complaints } = around;
  // A virtual server that was left empty is missing at its name.
  const own = { ...value, spot: nameSpot };
  const keys = settle(virtualServerKeys, defaults === null ? [own] : [own, defaults], complaints);
  const { ftp: ftpDraft } = keys.values;
  const ftp = ftpDraft ? settle(ftpKeys, [ftpDraft], complaints) : ftpDraft;
  const settled = settleService(keys, ftp, around.marks, complaints);
  const forwarding = keys.gives("forwarding") ? keys.values.forwarding : null;
  const layers = checkLayers(own, defaults);
  const protocol = checkedBy(keys, settled);
  const owner = { path: own.path, spot: nameSpot, protocol, ...around.ofChecks };
  // Settled even where every real server has its own, so that its problems are seen.
  const check = layers === undefined ? undefined : settleCheck(layers, owner, complaints);
  if (keys.values.sorry_page && keys.values.active !== false)
    around.ofChecks.needs({
      names: "file",
      path: keys.values.sorry_page,
      secret: false,
      key: keys.pathOf("sorry_page"),
      spot: keys.spotOf("sorry_page"),
    });
  const server = {
    name,
    nameSpot,
    keys,
    service: settled?.service,
    port: settled?.port,
    ftp,
    forwarding: forwarding === null ? around.forwarding : forwarding,
    persistence: persistenceOf(keys, ftp, complaints),
    tunnel: tunnelOf(keys.values.tunnel, complaints),
  };
  const inherited = {
    port: server.port,
    forwarding: server.forwarding,
    layers,
    tunnel: server.tunnel,
    check,
    protocol,
    around,
  };
  const realServers = (keys.values.real_servers ?? []).flatMap((real) =>
    settleRealServer(real, inherited),
  );
  return [{ ...server, realServers }];
}

const tunnelOf = (
  draft: Draft<typeof tunnelKeys> | null | undefined,
  complaints: Complaints,
): Settled<typeof tunnelKeys> | null | undefined =>
  draft ? settle(tunnelKeys, [draft], complaints) : draft;

/** The checks that stand over each other, the first on top; undefined when one is unreadable. */
function checkLayers(
  ...drafts: readonly ({
    readonly given: { readonly check?: CheckLayer | null };
    readonly spots: { readonly check?: Spot };
  } | null)[]
): readonly CheckLayer[] | undefined {
  const layers: CheckLayer[] = [];
  for (const draft of drafts) {
    if (draft === null || draft.spots.check === undefined) continue;
    if (draft.given.check === undefined) return undefined;
    if (draft.given.check !== null) layers.push(draft.given.check);
  }
  return layers;
}

/** What its checks speak by default: TCP where any of its ports does. */
function checkedBy(
  { values }: Settled<typeof virtualServerKeys>,
  settled: SettledService | undefined,
): Protocol | undefined {
  if (settled === undefined) return values.protocol;
  const { traffic } = settled.service;
  const all = "from" in traffic ? [traffic] : traffic;
  if (all.some(({ protocol }) => protocol === "tcp")) return "tcp";
  return all[0]?.protocol ?? values.protocol;
}

/** FTP's data connections must reach the real server of their control connection. */
function persistenceOf(
  keys: Settled<typeof virtualServerKeys>,
  ftp: Settled<typeof ftpKeys> | null | undefined,
  complaints: Complaints,
): Settled<typeof persistenceKeys> | null | undefined {
  const { persistence } = keys.values;
  if (persistence) return settle(persistenceKeys, [persistence], complaints);
  if (persistence === undefined || !ftp) return persistence;
  return settle(persistenceKeys, [emptyDraft(keys.pathOf("ftp"), ftp.spot)], complaints);
}

interface Inherited {
  readonly port: number | null | undefined;
  readonly forwarding: Forwarding | undefined;
  readonly layers: readonly CheckLayer[] | undefined;
  readonly check: Checks | undefined;
  readonly tunnel: Settled<typeof tunnelKeys> | null | undefined;
  readonly protocol: Protocol | undefined;
  readonly around: Surroundings;
}

function settleRealServer(
  { name, nameSpot, value }: Named<Draft<typeof realServerKeys>>,
  inherited: Inherited,
): RealServerWhole[] {
  if (value === undefined) return [];
  const { complaints, ofChecks } = inherited.around;
  const own = { ...value, spot: nameSpot };
  const keys = settle(realServerKeys, [own], complaints);
  const { port, forwarding, connections } = keys.values;
  const [ownLayers, { layers }] = [checkLayers(own), inherited];
  const check = (): Checks | undefined => {
    if (ownLayers?.length === 0) return inherited.check;
    if (ownLayers === undefined || layers === undefined) return undefined;
    const owner = { path: own.path, spot: nameSpot, protocol: inherited.protocol, ...ofChecks };
    return settleCheck([...ownLayers, ...layers], owner, complaints);
  };
  return [
    {
      name,
      nameSpot,
      keys,
      port: port === null ? inherited.port : port,
      forwarding: forwarding === null ? inherited.forwarding : forwarding,
      tunnel:
        keys.values.tunnel === null ? inherited.tunnel : tunnelOf(keys.values.tunnel, complaints),
      connections:
        connections === undefined ? undefined : settle(connectionKeys, [connections], complaints),
      check: check(),
    },
  ];
}

function claimOf(
  kind: Claim["kind"],
  keys: Settled<typeof vipKeys> | Settled<typeof natRouterKeys> | Settled<typeof virtualServerKeys>,
  wanted: boolean,
): Claim[] {
  const { address, device } = keys.values;
  if (!address || device === undefined) return [];
  const spot = keys.spotOf("address");
  const deviceSpot = keys.spotOf("device");
  const floatings = "prefix" in address ? [address] : address;
  return floatings.map((floating) => {
    return { kind, path: keys.path, floating, spot, device, deviceSpot, wanted };
  });
}
