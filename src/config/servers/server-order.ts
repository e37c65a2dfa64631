/** The order of servers, the same on both routers: family, address as a number, port. */
import { addressBytes, family, type IpAddress } from "../../model/address.ts";

/** Longer means IPv6, which comes behind IPv4. */
export const addressOrder = (address: IpAddress): string =>
  `${family(address)} ${Buffer.from(addressBytes(address)).toString("hex")}`;

export const portOrder = (port: number): string => String(port).padStart(5, "0");

export const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Sorts real servers into the order in which they are programmed. */
export const inServerOrder = <
  Server extends { readonly address: IpAddress; readonly port: number },
>(
  servers: readonly Server[],
): Server[] =>
  servers
    .map((server) => ({
      server,
      order: `${addressOrder(server.address)} ${portOrder(server.port)}`,
    }))
    .sort((a, b) => compare(a.order, b.order))
    .map(({ server }) => server);
