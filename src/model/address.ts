/**
 * IP addresses, prefixes and ports: read, print, compare.
 *
 * An `IpAddress` is always in canonical text (IPv4 dotted, IPv6 as RFC 5952 prints it), so that
 * equality of addresses is equality of strings. Names are never resolved here: a load balancer must
 * not wait for a name server (daemon/names/).
 */
import ipaddr from "ipaddr.js";

declare const addressBrand: unique symbol;

/** A canonical IPv4 or IPv6 address. */
export type IpAddress = string & { readonly [addressBrand]: true };

declare const hostBrand: unique symbol;

/** A host name that stands for addresses, in lower case and without its final dot. */
export type HostName = string & { readonly [hostBrand]: true };

/** Canonical form of a host name (RFC 1123 section 2.1, and `_`), or null: also for what is digits. */
export function parseHostName(text: string): HostName | null {
  const name = text.toLowerCase().replace(/\.$/, "");
  const labels = name.split(".");
  const sound = labels.every((label) => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label));
  // A last label of digits is a wrong address rather than a name (RFC 3696 section 2).
  const last = labels.at(-1) ?? "";
  if (name.length > 253 || !sound || !/[a-z]/.test(last) || /^0x[0-9a-f]*$/.test(last)) return null;
  return name as HostName;
}

export const isAddress = (text: IpAddress | HostName): text is IpAddress =>
  parseAddress(text) !== null;

/** An address with the length of the network it lies in, in bits: `192.168.26.10/24`. */
export interface Prefix {
  readonly address: IpAddress;
  readonly length: number;
}

/** Canonical form of an address text, or null. IPv4 must be four decimal parts. */
export function parseAddress(text: string): IpAddress | null {
  if (text.includes(":")) {
    if (text.includes("%") || !ipaddr.IPv6.isValid(text)) return null;
    return ipaddr.IPv6.parse(text).toRFC5952String() as IpAddress;
  }
  return ipaddr.IPv4.isValidFourPartDecimal(text)
    ? (ipaddr.IPv4.parse(text).toString() as IpAddress)
    : null;
}

/** The address families as the kernel and ipvsadm count them. */
export type Family = 4 | 6;

export const family = (address: IpAddress): Family => (address.includes(":") ? 6 : 4);

/** Bits of an address of this family: 32 or 128. */
export const bitsOf = (of: Family): 32 | 128 => (of === 4 ? 32 : 128);

/** Reads `address` or `address/length`; without a length the host prefix (/32 or /128). */
export function parsePrefix(text: string): Prefix | null {
  const [addressText = "", lengthText, ...rest] = text.split("/");
  const address = parseAddress(addressText);
  if (address === null || rest.length > 0) return null;
  const bits = bitsOf(family(address));
  if (lengthText === undefined) return { address, length: bits };
  if (!/^\d{1,3}$/.test(lengthText) || Number(lengthText) > bits) return null;
  return { address, length: Number(lengthText) };
}

/** An address by itself, without its network: /32 or /128. */
export const hostPrefix = ({ address }: Pick<Prefix, "address">): Prefix => ({
  address,
  length: bitsOf(family(address)),
});

export const printPrefix = (prefix: Prefix): string => `${prefix.address}/${prefix.length}`;

/** The network in which the address of a prefix lies: `192.168.26.0/24`. */
export function printNetwork({ address, length }: Prefix): string {
  const of = family(address) === 4 ? ipaddr.IPv4 : ipaddr.IPv6;
  const network = of.networkAddressFromCIDR(`${address}/${length}`);
  return `${network instanceof ipaddr.IPv6 ? network.toRFC5952String() : network}/${length}`;
}

/** The 4 or 16 bytes of an address in network order. */
export function addressBytes(address: IpAddress): Uint8Array {
  // Tables are sorted by addresses, most of them IPv4.
  if (family(address) === 4) return Uint8Array.from(address.split("."), Number);
  return Uint8Array.from(ipaddr.parse(address).toByteArray());
}

/** The address of 4 or 16 bytes in network order. Throws a RangeError at another length. */
export function addressFromBytes(bytes: Uint8Array): IpAddress {
  if (bytes.length !== 4 && bytes.length !== 16)
    throw new RangeError(`${bytes.length} bytes are no IP address`);
  const parsed = ipaddr.fromByteArray([...bytes]);
  return (
    parsed instanceof ipaddr.IPv6 ? parsed.toRFC5952String() : parsed.toString()
  ) as IpAddress;
}

/** Whether `address` lies in the network of `prefix`. */
export function holds(prefix: Prefix, address: IpAddress): boolean {
  if (family(prefix.address) !== family(address)) return false;
  return ipaddr.parse(address).match(ipaddr.parse(prefix.address), prefix.length);
}

/** Whether the address is the subnet-router anycast address of its own network (RFC 4291, 2.6.1). */
export function isSubnetAnycast({ address, length }: Prefix): boolean {
  // addrconf.c, addrconf_join_anycast: /127 and /128 have none.
  if (family(address) === 4 || length >= 127) return false;
  return ipaddr.IPv6.networkAddressFromCIDR(`${address}/${length}`).toRFC5952String() === address;
}

/** Order by family, then by number: the order in which tables are programmed. */
export function compareAddresses(a: IpAddress, b: IpAddress): number {
  if (a === b) return 0;
  const left = addressBytes(a);
  const right = addressBytes(b);
  if (left.length !== right.length) return left.length - right.length;
  for (const [index, byte] of left.entries()) {
    const difference = byte - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** `10.0.0.1:80` or `[fd00::1]:80`. */
export const printEndpoint = (address: IpAddress, port: number): string =>
  family(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`;
