/**
 * What only the machine itself knows about a configuration: which of the two routers it is, and
 * on which device each VIP belongs. Pure: the facts come as an argument.
 */

import type { Place, Places } from "../keys/place.ts";
import type { Problem } from "../keys/problem.ts";
import {
  bitsOf,
  family,
  holds,
  type IpAddress,
  type Prefix,
  printPrefix,
} from "../model/address.ts";
import { type Role, roles } from "../model/router.ts";
import { addressesOf, type Config, type Vip } from "./config.ts";

/** What is read of an interface; `Interface` of the door to iproute2 fits. */
export interface InterfaceHere {
  readonly name: string;
  readonly addresses: readonly { readonly prefix: Prefix }[];
}

/** What can be known of a machine before an address is claimed there. */
export interface Here {
  readonly interfaces: readonly InterfaceHere[];
  /**
   * Whether a device takes IPv6 addresses (disable_ipv6 is 0; the device is none that has no IPv6).
   */
  readonly ipv6: (device: string) => boolean;
}

/**
 * Why an address cannot be held on that device of this machine, and what mends it; null: it can.
 */
export function obstacle(
  { prefix, device }: { readonly prefix: Prefix; readonly device: string },
  { interfaces, ipv6 }: Here,
): { readonly why: string; readonly hint: string } | null {
  if (!interfaces.some(({ name }) => name === device)) {
    const names = interfaces.map(({ name }) => name).join(", ");
    return { why: `there is no device ${device}`, hint: `this machine has ${names || "none"}` };
  }
  if (family(prefix.address) === 6 && !ipv6(device))
    return {
      why: `IPv6 is off on ${device}`,
      hint: `sysctl -w net.ipv6.conf.${device.replaceAll(".", "/")}.disable_ipv6=0`,
    };
  return null;
}

/**
 * The role of the machine with these interfaces. "neither": none of the configured addresses is on
 * an interface (yet); "both": addresses of both roles are.
 */
export function roleHere(
  config: Config,
  interfaces: readonly InterfaceHere[],
): { readonly role: Role } | "neither" | "both" {
  const own = new Set(
    interfaces.flatMap((at) => at.addresses.map((held) => held.prefix.address as string)),
  );
  const found = roles.filter((role) => {
    const addresses = addressesOf(config, role);
    return (
      addresses !== null &&
      (own.has(addresses.public) || (addresses.private !== null && own.has(addresses.private)))
    );
  });
  const [role] = found;
  if (role === undefined) return "neither";
  return found.length === 1 ? { role } : "both";
}

/**
 * Fills in the device of every VIP whose `device` was left out: the interface whose connected
 * prefix holds the address, the longest match. None, or several alike, is a problem at the place
 * of the address. Host prefixes are no networks, and the loopback device carries no VIP.
 */
export function resolveDevices(
  config: Config,
  interfaces: readonly InterfaceHere[],
  places: Places,
): { readonly config: Config } | { readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const vips = config.vips.map((vip): Vip => {
    if (vip.device !== null) return vip;
    const devices = devicesThatHold(vip.prefix.address, interfaces);
    const [device] = devices;
    if (device !== undefined && devices.length === 1) return { ...vip, device };
    const message =
      device === undefined
        ? `no interface has a network that holds ${printPrefix(vip.prefix)}`
        : `several interfaces have a network that holds ${printPrefix(vip.prefix)}: ${devices.join(", ")}`;
    problems.push(problemAt(places.vips[vip.prefix.address], message, "name its `device`"));
    return vip;
  });
  return problems.length > 0 ? { problems } : { config: { ...config, vips } };
}

/** Own addresses that the configuration gives this router and the machine does not have. */
export function missingOwnAddresses(
  config: Config,
  role: Role,
  interfaces: readonly InterfaceHere[],
): readonly Problem[] {
  const addresses = addressesOf(config, role);
  if (addresses === null) return [];
  const here = interfaces.flatMap((at) => at.addresses.map(({ prefix }) => prefix.address));
  const named = [["public", addresses.public] as const, ["private", addresses.private] as const];
  return named.flatMap(([key, address]) =>
    address === null || here.includes(address)
      ? []
      : [
          {
            file: config.path,
            line: null,
            column: null,
            message: `routers.${role}.${key}: ${address} is not on this machine`,
            hint: `it has ${here.join(", ") || "no address"}`,
          },
        ],
  );
}

/** Devices that the configuration names and the machine does not have: for `check --here`. */
export function missingDevices(
  config: Config,
  interfaces: readonly InterfaceHere[],
  places: Places,
): readonly Problem[] {
  const names = interfaces.map((at) => at.name);
  const hint = `this machine has ${names.join(", ") || "none"}`;
  const missing = (device: string): boolean => !names.includes(device);
  const ofVips = config.vips.flatMap((vip) =>
    vip.device !== null && missing(vip.device)
      ? [
          problemAt(
            places.vips[vip.prefix.address],
            `device ${vip.device} of ${printPrefix(vip.prefix)} does not exist`,
            hint,
          ),
        ]
      : [],
  );
  const monitored = config.failover.monitorLinks;
  const ofLinks = (monitored === "vips" ? [] : monitored)
    .filter(missing)
    .map((device) => problemAt(places.monitorLinks, `device ${device} does not exist`, hint));
  const sync = config.connectionSync;
  const ofSync =
    sync === null || !missing(sync.device)
      ? []
      : [problemAt(places.syncDevice, `device ${sync.device} does not exist`, hint)];
  return [...ofVips, ...ofLinks, ...ofSync];
}

/**
 * What checks are to come from and this machine does not have. `role` null: it is not known, and
 * neither is which of the sources is this machine's.
 */
export function missingOrigins(
  { checkOrigins }: Pick<Places, "checkOrigins">,
  role: Role | null,
  interfaces: readonly InterfaceHere[],
): readonly Problem[] {
  const names = interfaces.map((at) => at.name);
  const here = interfaces.flatMap((at) => at.addresses.map(({ prefix }) => prefix.address));
  // The whole network of the loopback device is this machine.
  const local = interfaces.filter(({ name }) => name === "lo").flatMap((at) => at.addresses);
  return checkOrigins.flatMap(({ source, device }) => {
    const own = role === null ? null : (source?.of[role] ?? null);
    const isHere = (address: IpAddress): boolean =>
      here.includes(address) || local.some(({ prefix }) => holds(prefix, address));
    return [
      ...(source === null || own === null || isHere(own)
        ? []
        : [problemAt(source.place, `${own} is not on this machine`, `it has ${here.join(", ")}`)]),
      ...(device === null || names.includes(device.name)
        ? []
        : [
            problemAt(
              device.place,
              `device ${device.name} does not exist`,
              `this machine has ${names.join(", ") || "none"}`,
            ),
          ]),
    ];
  });
}

/** VIPs whose devices are here and do not take them. Of missing devices see `missingDevices`. */
export function refusedVips(config: Config, here: Here, places: Places): readonly Problem[] {
  return config.vips.flatMap(({ prefix, device }) => {
    if (device === null || !here.interfaces.some(({ name }) => name === device)) return [];
    const found = obstacle({ prefix, device }, here);
    if (found === null) return [];
    const message = `${printPrefix(prefix)} cannot be held: ${found.why}`;
    return [problemAt(places.vips[prefix.address], message, found.hint)];
  });
}

/** Everything that keeps this machine from doing what the configuration asks of its devices. */
export const devicesFail = (config: Config, here: Here, places: Places): readonly Problem[] => [
  ...missingDevices(config, here.interfaces, places),
  ...refusedVips(config, here, places),
];

/** An address of the machine, with what distinguishes a form of lvsd's from any other. */
export interface AnsweringHere extends InterfaceHere {
  readonly addresses: readonly { readonly prefix: Prefix; readonly source: boolean }[];
}

/**
 * VIPs that are on this machine in a form that lvsd does not give them: neighbours are answered for
 * each, whoever serves. On the loopback device that depends on `net.ipv4.conf.*.arp_ignore`, and
 * lvsd, which removes the others, leaves it alone: a real server may need it. Where another program
 * runs that claims VIPs, clients are served by what it holds: it is replaced, not deprived of them.
 */
export function answeredHere(
  config: Config,
  interfaces: readonly AnsweringHere[],
  loopbackAnswers: boolean,
  claimant: { readonly label: string; readonly instead: string } | null = null,
): readonly Problem[] {
  const vips = new Map(config.vips.map((vip) => [vip.prefix.address, vip]));
  return interfaces.flatMap(({ name, addresses }) =>
    addresses.flatMap(({ prefix, source }): Problem[] => {
      const vip = vips.get(prefix.address);
      if (vip === undefined) return [];
      const isHost = prefix.length === bitsOf(family(prefix.address));
      if (name === "lo" && (!loopbackAnswers || family(prefix.address) === 6)) return [];
      if (name !== "lo" && name === vip.device && isHost && !source) return [];
      const form = `${printPrefix(prefix)} dev ${name}`;
      const answers = `${printPrefix(prefix)} is on ${name} and answers for a VIP, but not by lvsd`;
      const isClaimed = claimant !== null && name !== "lo";
      const message = isClaimed ? `${answers}: ${claimant.label} runs here` : answers;
      const unclaimed =
        name === "lo"
          ? `ip addr del ${form}, or sysctl -w net.ipv4.conf.all.arp_ignore=1`
          : `stop whoever put it there, then: ip addr del ${form}`;
      const hint = isClaimed ? claimant.instead : unclaimed;
      return [{ file: null, line: null, column: null, message, hint }];
    }),
  );
}

/** Names of the devices whose longest connected network holds the address; equals by name. */
function devicesThatHold(address: IpAddress, interfaces: readonly InterfaceHere[]): string[] {
  let longest = -1;
  let devices: string[] = [];
  for (const at of interfaces) {
    if (at.name === "lo") continue;
    for (const { prefix } of at.addresses) {
      const host = prefix.length === (prefix.address.includes(":") ? 128 : 32);
      if (host || prefix.length < longest || !holds(prefix, address)) continue;
      if (prefix.length > longest) devices = [];
      longest = prefix.length;
      if (!devices.includes(at.name)) devices.push(at.name);
    }
  }
  return devices;
}

const problemAt = (place: Place | undefined | null, message: string, hint: string): Problem => ({
  file: place?.file ?? null,
  line: place?.line ?? null,
  column: place?.column ?? null,
  message: place === undefined || place === null ? message : `${place.key}: ${message}`,
  hint,
});
