/** The C library's form of an address and port: sockaddr_in of ip(7), sockaddr_in6 of ipv6(7). */
import { addressBytes, family, type IpAddress } from "../model/address.ts";
import { getSocketName } from "./libc.ts";
import { addressFamilies } from "./socket-kinds.ts";

const bytesOf = { 4: 16, 6: 28 } as const;
const addressAt = { 4: 4, 6: 8 } as const;

export function socketAddress(address: IpAddress, port: number): Uint8Array {
  const of = family(address);
  const bytes = new Uint8Array(bytesOf[of]);
  bytes[0] = addressFamilies[of];
  bytes[2] = port >> 8;
  bytes[3] = port & 0xff;
  bytes.set(addressBytes(address), addressAt[of]);
  return bytes;
}

/** The port on this side of a socket; 0: none. */
export function portOf(fd: number): number {
  const bytes = new Uint8Array(bytesOf[6]);
  if (getSocketName(fd, bytes, Uint32Array.of(bytes.length)) !== 0) return 0;
  const [, , high = 0, low = 0] = bytes;
  return high * 256 + low;
}
