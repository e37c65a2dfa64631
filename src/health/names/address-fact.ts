/**
 * The addresses of a host name as a fact for the peer: for each 1 byte of length (4 or 16) and the
 * address.
 */
import { addressesMax } from "../../config/servers/named-servers.ts";
import {
  addressBytes,
  addressFromBytes,
  type HostName,
  type IpAddress,
} from "../../model/address.ts";
import { type Fact, factKey, factKinds } from "../facts.ts";

export const addressFactKey = (host: HostName): number => factKey(`name\n${host}`);

/** What the peer is to know of a name. */
export const addressFact = (host: HostName, addresses: readonly IpAddress[]): Fact => ({
  kind: factKinds.addresses,
  key: addressFactKey(host),
  body: Buffer.concat(
    addresses.slice(0, addressesMax).map((address) => {
      const bytes = addressBytes(address);
      return Buffer.from([bytes.length, ...bytes]);
    }),
  ),
});

/** The addresses that the peer says; null where the bytes are none. */
export function readAddressFact(body: Uint8Array): readonly IpAddress[] | null {
  const addresses: IpAddress[] = [];
  for (let at = 0; at < body.length; ) {
    const length = body[at] ?? 0;
    const bytes = body.subarray(at + 1, at + 1 + length);
    const isWhole = bytes.length === length && (length === 4 || length === 16);
    if (!isWhole || addresses.length >= addressesMax) return null;
    addresses.push(addressFromBytes(bytes));
    at += 1 + length;
  }
  return addresses;
}
