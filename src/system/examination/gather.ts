/** Gathers what the findings of doctor judge. Reads and asks; sets nothing, and decides nothing. */
import { readFileSync } from "node:fs";
import pLimit from "p-limit";
import {
  type DaemonFacts,
  type Facts,
  inUse,
  type PeerFacts,
  type RealServerFacts,
} from "../../advice/findings/facts.ts";
import type { Config } from "../../config/config.ts";
import { addressesOf, vipsOf } from "../../config/config.ts";
import { neededModules } from "../../config/forwarding/ipvs-needs.ts";
import type { PlacedNeed } from "../../keys/place.ts";
import { family, holds, type IpAddress, parseAddress } from "../../model/address.ts";
import { otherRole, type Role } from "../../model/router.ts";
import { ms } from "../../model/time.ts";
import { openSysctl } from "../file/sysctl.ts";
import { readFacts } from "../ip/facts.ts";
import type { Interface } from "../ip/ip.ts";
import { readIpvsFacts } from "../ipvs/ipvs-facts.ts";
import { runProgram } from "../program/program.ts";
import { droppedBy, elsewhere } from "./dropped.ts";
import {
  clockSynchronised,
  daemonDescriptors,
  enabledUnits,
  networkFiles,
  ownershipOf,
  runningPrograms,
} from "./operating-system.ts";
import { readPossessions } from "./possessions.ts";
import { type Asker, openWire, type Wire } from "./wire.ts";

export interface Examined {
  readonly config: Config;
  readonly role: Role | null;
  readonly needs: readonly PlacedNeed[];
  readonly daemon: Omit<DaemonFacts, "descriptors"> | null;
  readonly peer: PeerFacts | null;
  /** So many real servers are asked on the wire, evenly chosen; default: all of them. */
  readonly realServersMax?: number;
  /** Where the operating system's own files are; default `/`. */
  readonly root?: string;
}

const programDeadline = ms(5000);
/** Programs that look up a route at the same time. */
const routesAtOnce = 8;

/** What a program prints; null where it is missing or fails. */
async function printed(file: string, ...args: readonly string[]): Promise<string | null> {
  try {
    return (await runProgram({ file, args, deadline: programDeadline })).stdout;
  } catch {
    return null;
  }
}

async function json(file: string, ...args: readonly string[]): Promise<unknown> {
  const text = await printed(file, ...args);
  try {
    return text === null || text.trim() === "" ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

/** Never throws: what cannot be read is missing. */
export async function gather(asked: Examined): Promise<Facts> {
  const { config, role, root = "/" } = asked;
  const machine = await readFacts();
  const interfaces = machine.interfaces ?? [];
  const needed = neededModules(config).map(({ module }) => module);
  const routes4 = await defaultRoutes("-4");
  const routes6 = await defaultRoutes("-6");
  const { keyFile } = config.heartbeat;
  const watchdog = await printed("systemctl", "show", "-p", "RuntimeWatchdogUSec", "--value");
  return {
    config,
    role,
    devices: interfaces,
    peer: asked.peer,
    defaultDevices: { 4: devicesOf(routes4), 6: devicesOf(routes6) },
    advertised: devicesOf(routes6.filter(({ protocol }) => protocol === "ra")),
    sysctl: openSysctl().read,
    ipvs: machine.ipvs,
    ipvsHere: await readIpvsFacts(needed),
    hasIpvsadm: machine.programs.ipvsadm !== null,
    networkFiles: networkFiles(root),
    running: runningPrograms(),
    enabled: enabledUnits(root),
    keyFile: keyFile === null ? null : ownershipOf(keyFile),
    runtimeWatchdog: watchdog === null ? null : watchdog.trim(),
    clockSynchronised: clockSynchronised(),
    ...droppedBy(await json("nft", "-j", "list", "ruleset"), asked, interfaces),
    ...(await askOnTheWire(asked, interfaces)),
    daemon: asked.daemon === null ? null : { ...asked.daemon, descriptors: daemonDescriptors() },
    here: await readPossessions({ config, needs: asked.needs }, interfaces),
  };
}

interface Route {
  readonly dev?: unknown;
  readonly protocol?: unknown;
}

async function defaultRoutes(of: "-4" | "-6"): Promise<readonly Route[]> {
  const routes = await json("ip", "-j", of, "route", "show", "default");
  return Array.isArray(routes) ? routes : [];
}

const devicesOf = (routes: readonly Route[]): readonly string[] =>
  routes.flatMap(({ dev }) => (typeof dev === "string" ? [dev] : []));

type Found = Pick<Facts, "vipAnswers" | "peerMacs" | "realServers">;

/** Nothing where this process may not open packet sockets. */
async function askOnTheWire(asked: Examined, interfaces: readonly Interface[]): Promise<Found> {
  const { config } = asked;
  const servers = config.virtualServers.flatMap(({ realServers }) => realServers);
  const peers = peerAddresses(asked);
  const addresses = [
    ...new Set([
      ...config.vips.map(({ prefix }) => prefix.address),
      ...servers.map(({ address }) => address),
      ...peers,
    ]),
  ];
  let wire: Wire;
  try {
    wire = openWire(addresses);
  } catch {
    return { vipAnswers: [], peerMacs: [], realServers: [] };
  }
  const floating = new Set<string>(config.vips.map(({ prefix }) => prefix.address));
  const on = new Map<string, Interface>(interfaces.map((at) => [at.name, at]));
  const askerOf = (device: string, address: IpAddress): Asker | null => {
    const at = on.get(device);
    if (at === undefined || at.mac === null || !at.up) return null;
    const own = at.addresses
      .map(({ prefix }) => prefix)
      .find((prefix) => holds(prefix, address) && !floating.has(prefix.address));
    return { device, index: at.index, mac: at.mac, own: own?.address ?? null };
  };
  try {
    const vips = config.vips.map(({ prefix, device }) => {
      const asker = device === null ? null : askerOf(device, prefix.address);
      return asker === null ? null : wire.holders(asker, prefix.address);
    });
    const asPeer = peers.map((address) => {
      const at = interfaces.find(({ name }) => askerOf(name, address)?.own);
      const asker = at === undefined ? null : askerOf(at.name, address);
      return asker === null ? null : wire.holders(asker, address);
    });
    const inTurn = pLimit(routesAtOnce);
    const found = chosen(asked).map((target) =>
      learn(target, asked, { wire, askerOf, routeTo: (to) => inTurn(() => routeTo(to)) }),
    );
    const vipAnswers = (await Promise.all(vips)).filter((one) => one !== null);
    const peerMacs = (await Promise.all(asPeer)).flatMap((one) => one?.macs ?? []);
    return { vipAnswers, peerMacs, realServers: await Promise.all(found) };
  } finally {
    wire.close();
  }
}

const peerAddresses = ({ config, role }: Examined): readonly IpAddress[] => {
  const peer = role === null ? null : addressesOf(config, otherRole(role));
  return peer === null ? [] : [peer.public, ...(peer.private === null ? [] : [peer.private])];
};

/** Real servers that are asked; of too many every second, third or so. */
function chosen({
  config,
  realServersMax = Number.POSITIVE_INFINITY,
}: Pick<Examined, "config" | "realServersMax">) {
  const all = [...uniqueTargets(config).values()];
  const every = Math.max(1, Math.ceil(all.length / realServersMax));
  return all.filter((_, at) => at % every === 0);
}

/** How many real servers there are, and how many of them `gather` asks. */
export const realServersAsked = (
  examined: Pick<Examined, "config" | "realServersMax">,
): { readonly asked: number; readonly all: number } => ({
  asked: chosen(examined).length,
  all: uniqueTargets(examined.config).size,
});

interface Target {
  readonly address: IpAddress;
  readonly port: number;
  /** Of virtual servers that reach it by direct routing, in its own family. */
  readonly vips: { readonly vip: IpAddress; readonly port: number }[];
  tcp: boolean;
  nat: boolean;
}

/** Of the VIPs of a network, say, the first ones: a script gives it all or none. */
const vipsMax = 8;

/** Each real server once for each of its ports. */
function uniqueTargets(config: Config): ReadonlyMap<string, Target> {
  const { virtualServers } = inUse(config);
  const targets = new Map<string, Target>();
  for (const server of virtualServers)
    for (const { address, port, forwarding } of server.realServers) {
      const key = `${address} ${port}`;
      const target = targets.get(key) ?? { address, port, vips: [], tcp: false, nat: false };
      targets.set(key, target);
      if (server.protocol !== "tcp") continue;
      target.tcp = true;
      target.nat ||= forwarding === "nat";
      if (forwarding !== "direct") continue;
      for (const vip of vipsOf(server))
        if (family(vip) === family(address) && target.vips.length < vipsMax)
          target.vips.push({ vip, port: server.port ?? port });
    }
  return targets;
}

interface Asking {
  readonly wire: Wire;
  readonly askerOf: (device: string, address: IpAddress) => Asker | null;
  readonly routeTo: (address: IpAddress) => Promise<RealServerFacts["route"]>;
}

async function learn(
  { address, port, vips, tcp, nat }: Target,
  { daemon, role }: Examined,
  { wire, askerOf, routeTo }: Asking,
): Promise<RealServerFacts> {
  const route = await routeTo(address);
  const nothing = {
    address,
    port,
    route,
    mac: null,
    answers: null,
    refusedVips: null,
    returns: null,
  };
  const asker = route === null || route.via !== null ? null : askerOf(route.device, address);
  if (asker === null || asker.own === null || role === null) return nothing;
  const { macs } = await wire.holders(asker, address);
  const [mac = null] = macs;
  if (mac === null || !tcp) return { ...nothing, mac };
  const connect = (from: IpAddress, to: IpAddress, toPort: number) =>
    wire.connect(asker, mac, { from, to, toPort });
  const answers = (await connect(asker.own, address, port)) === true;
  const client = parseAddress(elsewhere[family(address)]);
  const isNat = nat && daemon?.state === "active" && client !== null;
  const refused: IpAddress[] = [];
  for (const each of answers ? vips : [])
    if ((await connect(asker.own, each.vip, each.port)) !== true) refused.push(each.vip);
  return {
    address,
    port,
    route,
    mac,
    answers,
    refusedVips: answers ? refused : null,
    returns: answers && isNat ? (await connect(client, address, port)) !== null : null,
  };
}

async function routeTo(address: IpAddress): Promise<RealServerFacts["route"]> {
  const found = await json("ip", "-j", "route", "get", address);
  const [first] = Array.isArray(found) ? found : [];
  const { dev, gateway } = (first ?? {}) as Record<string, unknown>;
  if (typeof dev !== "string") return null;
  return { device: dev, via: typeof gateway === "string" ? gateway : null, mtu: mtuOf(dev) };
}

function mtuOf(device: string): number | null {
  try {
    return Number(readFileSync(`/sys/class/net/${device}/mtu`, "latin1"));
  } catch {
    return null;
  }
}
