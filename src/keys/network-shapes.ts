/** The kinds of values of networks: addresses, prefixes, netmasks, ports, devices. */
import ipaddr from "ipaddr.js";
import {
  family,
  type HostName,
  type IpAddress,
  isSubnetAnycast,
  type Prefix,
  parseAddress,
  parseHostName,
  parsePrefix,
} from "../model/address.ts";
import type { Complaints } from "./complaints.ts";
import { list, quoted, type Shape, scalarShape, shown, text, whole } from "./shape.ts";
import type { Value } from "./value.ts";

const nameHint = "give an IPv4 or IPv6 address, or a host name of letters, digits, `-` and `.`";
const addressHint = "give an IPv4 or IPv6 address such as 192.0.2.1 or 2001:db8::1; no names";

/** Ranges that are no machine's own address (RFC 6890). */
const nobodysRanges: readonly string[] = ["unspecified", "multicast", "broadcast"];

function parseUnicast(
  written: string,
): { readonly ok: Prefix } | { readonly wrong: string; readonly hint: string } {
  const prefix = parsePrefix(written);
  if (prefix === null) return { wrong: `${quoted(written)} is no IP address`, hint: addressHint };
  const range = ipaddr.parse(prefix.address).range();
  if (nobodysRanges.includes(range))
    return { wrong: `${prefix.address} is a ${range} address`, hint: "give a host's own address" };
  return { ok: prefix };
}

function parseHost(
  written: string,
): { readonly ok: IpAddress } | { readonly wrong: string; readonly hint: string } {
  const parsed = parseUnicast(written);
  if ("wrong" in parsed) return parsed;
  if (written.includes("/"))
    return { wrong: `${quoted(written)} has a prefix length`, hint: "give the address alone" };
  return { ok: parsed.ok.address };
}

/** The address of a machine, without a prefix length. */
export const address: Shape<IpAddress> = scalarShape(
  "an IPv4 or IPv6 address",
  { type: "string" },
  parseHost,
);

/** The address of a machine, or a name that is resolved while lvsd runs. */
export const addressOrName = scalarShape<IpAddress | HostName>(
  "an IPv4 or IPv6 address, or a host name",
  { type: "string" },
  (written) => {
    const name = parseHostName(written);
    if (name !== null) return { ok: name };
    if (parsePrefix(written) === null)
      return { wrong: `${quoted(written)} is no IP address and no host name`, hint: nameHint };
    return parseHost(written);
  },
);

/** A multicast group of IPv4 (RFC 5771). */
export const multicastGroup: Shape<IpAddress> = scalarShape(
  "a multicast address of IPv4",
  { type: "string" },
  (written) => {
    const hint = "give an address from 224.0.0.1 to 239.255.255.255";
    const parsed = written.includes("/") ? null : parseAddress(written);
    const isGroup =
      parsed !== null && family(parsed) === 4 && ipaddr.parse(parsed).range() === "multicast";
    return isGroup ? { ok: parsed } : { wrong: `${quoted(written)} is no multicast group`, hint };
  },
);

/** An address to listen on; the unspecified one stands for all of them. */
export const listenAddress: Shape<IpAddress> = scalarShape(
  "an IPv4 or IPv6 address",
  { type: "string" },
  (written) => {
    const all = parsePrefix(written);
    if (all !== null && !written.includes("/") && isUnspecified(all)) return { ok: all.address };
    return parseHost(written);
  },
);

const isUnspecified = ({ address }: Prefix): boolean =>
  ipaddr.parse(address).range() === "unspecified";

/** A network, as `192.0.2.0/24`; one address alone is a network of one. */
export const network: Shape<string> = scalarShape("a network", { type: "string" }, (written) => {
  const prefix = parsePrefix(written);
  const hint = "give an address and a prefix length, as 192.0.2.0/24";
  if (prefix === null) return { wrong: `${quoted(written)} is no network`, hint };
  const { address, length } = prefix;
  const first = (family(address) === 4 ? ipaddr.IPv4 : ipaddr.IPv6)
    .networkAddressFromCIDR(`${address}/${length}`)
    .toString();
  if (first === address) return { ok: `${address}/${length}` };
  return { wrong: `${written} has bits beyond its length`, hint: `use ${first}/${length}` };
});

/** A floating address; whether its length was written decides who may contradict it. */
export interface Floating {
  readonly prefix: Prefix;
  readonly lengthGiven: boolean;
}

/** `192.168.26.10/24`; without a length the host prefix. */
export const floating: Shape<Floating> = scalarShape(
  "an address with prefix length",
  { type: "string" },
  (written) => {
    const parsed = parseUnicast(written);
    if ("wrong" in parsed) return parsed;
    const prefix = parsed.ok;
    if (family(prefix.address) === 4 && prefix.length >= 1 && prefix.length <= 30) {
      const network = ipaddr.IPv4.networkAddressFromCIDR(written).toString();
      const broadcast = ipaddr.IPv4.broadcastAddressFromCIDR(written).toString();
      const hint = "give an address of a host in that network";
      if (prefix.address === network) return { wrong: `${written} is the network itself`, hint };
      if (prefix.address === broadcast)
        return { wrong: `${written} is the broadcast address of its network`, hint };
    }
    if (isSubnetAnycast(prefix))
      return {
        wrong: `${written} is the subnet-router anycast address of its network, which both routers have`,
        hint: "give an address of a host in that network",
      };
    if (prefix.length === 0)
      return {
        wrong: `${written} claims the whole Internet as its network`,
        hint: "mend the length",
      };
    return { ok: { prefix, lengthGiven: written.includes("/") } };
  },
);

/** One floating address, or a list of exactly one. */
export const oneFloating: Shape<Floating> = {
  ...onlyOne(floating, "several addresses in one entry"),
  words: "an address with prefix length, or a list of one",
};

/** Of IPv4, of IPv6, or one of each. */
export const onePerFamily: Shape<readonly Floating[]> = {
  words: "an address with prefix length, or a list of one of each family",
  json: {
    anyOf: [floating.json, { type: "array", minItems: 1, maxItems: 2, items: floating.json }],
  },
  read(value, path, complaints) {
    const items = value.kind === "list" ? value.items : [value];
    const at = (index: number): string => (value.kind === "list" ? `${path}[${index}]` : path);
    const read = items.map((item, index) => floating.read(item, at(index), complaints));
    const all = read.filter((each) => each !== undefined);
    if (all.length < read.length) return undefined;
    if (all.length === 0)
      return void complaints.at(value, `${path}: an empty list`, "write an address/length");
    if (new Set(all.map(({ prefix }) => family(prefix.address))).size < all.length)
      return void complaints.at(
        value,
        `${path}: two addresses of one family`,
        "give one of IPv4 and one of IPv6 at most; others go under vips",
      );
    return all;
  },
};

export const port = whole(1, 65_535, "a port");

function onlyOne<T>(shape: Shape<T>, several: string): Shape<T> {
  return {
    words: shape.words,
    json: { anyOf: [shape.json, { type: "array", minItems: 1, maxItems: 1, items: shape.json }] },
    read(value: Value, path: string, complaints: Complaints): T | undefined {
      if (value.kind !== "list") return shape.read(value, path, complaints);
      const [only, second] = value.items;
      if (only !== undefined && second === undefined) return this.read(only, path, complaints);
      const message = only === undefined ? "an empty list" : several;
      complaints.at(value, `${path}: ${message}`, "give one");
      return undefined;
    },
  };
}

/** Bits of a netmask and the family that its form says; null where a plain length fits both. */
export interface Netmask {
  readonly bits: number;
  readonly family: 4 | null;
}

/** A dotted mask or a prefix length, with or without its slash. */
export const netmask: Shape<Netmask> = scalarShape<Netmask>(
  "a dotted netmask or a prefix length",
  { anyOf: [{ type: "string" }, { type: "integer", minimum: 0, maximum: 128 }] },
  (written) => {
    const hint = "write 255.255.255.0, or 24";
    if (/^\/?\d{1,3}$/.test(written)) {
      const bits = Number(written.replace("/", ""));
      return bits <= 128
        ? { ok: { bits, family: null } }
        : { wrong: `${written} is longer than any address`, hint };
    }
    if (!ipaddr.IPv4.isValidFourPartDecimal(written))
      return { wrong: `${quoted(written)} is no netmask`, hint };
    const bits = ipaddr.IPv4.parse(written).prefixLengthFromSubnetMask();
    if (bits === null) return { wrong: `${written} has a 1 behind a 0: it is no netmask`, hint };
    return { ok: { bits, family: 4 } };
  },
);

/** IFNAMSIZ of if.h less its ending zero; it bounds alias labels as well (ip-address(8)). */
const deviceCharactersMax = 15;

/** `ip` would read other characters as its own words or refuse them (dev_valid_name). */
const devicePattern = /^[A-Za-z0-9_.@-]+$/;

/** The name of an interface. */
export const deviceName: Shape<string> = text({
  what: "a network interface",
  max: deviceCharactersMax,
  pattern: devicePattern,
  hint: "give the name of an interface, such as eth0",
});

/** Where a floating address is claimed; "none": lvsd does not claim it. */
export type Device = { readonly name: string; readonly label: string | null } | "none";

/** `eth0`, `eth0:1` (an alias label), or `none`. */
export const device: Shape<Device> = scalarShape<Device>(
  "an interface, an alias label such as `eth0:1`, or `none`",
  { type: "string", maxLength: deviceCharactersMax },
  (written) => {
    if (written === "none") return { ok: "none" };
    const [name = "", alias, ...rest] = written.split(":");
    const hint = "give an interface such as eth0, an alias such as eth0:1, or none";
    if (written.length > deviceCharactersMax)
      return {
        wrong: `${quoted(written)} has more than ${deviceCharactersMax} characters`,
        hint: "the kernel keeps no longer name or label",
      };
    if (!devicePattern.test(name) || rest.length > 0 || name === "." || name === "..")
      return { wrong: `${quoted(written)} is no interface`, hint };
    if (alias !== undefined && !devicePattern.test(alias))
      return { wrong: `${quoted(written)} is no alias label`, hint };
    return { ok: { name, label: alias === undefined ? null : written } };
  },
);

/** Most interfaces whose links are watched. */
const devicesMax = 64;

const deviceList = list(deviceName, {
  what: "a list of interfaces",
  max: devicesMax,
  single: true,
});

/** `false` is an empty list: no link is watched. */
export const monitoredLinks: Shape<readonly string[]> = {
  ...deviceList,
  words: "a list of interfaces, or `false`",
  json: { anyOf: [deviceList.json, { const: false }] },
  read(value, path, complaints) {
    if (value.kind === "scalar" && value.value === false) return [];
    if (value.kind === "scalar" && value.value === true) {
      complaints.at(value, `${path}: ${shown(value)}`, "name the interfaces, or leave it out");
      return undefined;
    }
    return deviceList.read(value, path, complaints);
  },
};

/** The source of forwarded connections: none changed, the router's own address, or this one. */
export type Masquerade = boolean | IpAddress;

/** `true`, `false`, or an address. */
export const masquerade: Shape<Masquerade> = {
  words: "`true`, `false` or an address",
  json: { anyOf: [{ type: "boolean" }, address.json] },
  print: String,
  read(value, path, complaints) {
    if (value.kind === "scalar" && typeof value.value === "boolean") return value.value;
    return address.read(value, path, complaints);
  },
};
