/** Which servers an operator means by two names, or why none. */
import type { Config } from "../../config/config.ts";
import type { Refusal } from "../../control/api.ts";
import {
  type Order,
  type OrderKind,
  type Orders,
  orderKey,
} from "../../health/maintenance/orders.ts";
import { suggest } from "../../keys/shape.ts";
import { type IpAddress, parseAddress } from "../../model/address.ts";
import { refusedNow } from "../refused.ts";

export type Subject = Pick<Order, "virtualServer" | "realServer">;

/** All virtual servers: no name of the configuration. */
export const everyVirtualServer = "*";

export interface Asked extends Subject {
  readonly kind: OrderKind;
  /** The real server's address, in whatever virtual servers have it. */
  readonly everywhere: boolean;
}

/** What a request gives. */
export interface GivenOrder {
  readonly virtualServer: string;
  readonly realServer?: string;
  readonly everywhere?: boolean;
  readonly by: string | null;
}

/** The servers that are asked for, in the order of the configuration. `config`: without orders. */
export function subjectsOf(
  config: Config,
  orders: Orders,
  asked: Asked,
): readonly Subject[] | Refusal {
  const { virtualServer: name, realServer, kind, everywhere } = asked;
  // What a reload has removed can be enabled still.
  if (kind === "enable" && orders.has(orderKey(asked)) && !everywhere)
    return [asked, ...addressesUnder(orders, asked)];
  if (name === everyVirtualServer) {
    const address = realServer === null ? null : parseAddress(realServer);
    if (address === null)
      return refusedNow("with * the real server is given by its address, as 10.11.12.1");
    return atAddress(config, address);
  }
  const virtualServer = config.virtualServers.find((each) => each.name === name);
  if (virtualServer === undefined) {
    const known = config.virtualServers.map((each) => each.name);
    return refusedNow(`there is no virtual server ${JSON.stringify(name)}`, suggest(name, known));
  }
  if (realServer === null)
    return virtualServer.active
      ? [{ virtualServer: name, realServer }]
      : inactive(name, "active: false");
  const named = virtualServer.namedServers.find((each) => each.name === realServer);
  if (named !== undefined && !everywhere)
    return named.active
      ? [
          { virtualServer: name, realServer },
          ...virtualServer.realServers
            .filter((each) => each.named === realServer)
            .map((each) => ({ virtualServer: name, realServer: each.name })),
        ]
      : inactive(`${name}/${realServer}`, "active: false");
  const found = virtualServer.realServers.find((each) => each.name === realServer);
  if (found === undefined) {
    const known = [...virtualServer.realServers, ...virtualServer.namedServers].map(
      (each) => each.name,
    );
    const message = `${name} has no real server ${JSON.stringify(realServer)}`;
    return refusedNow(message, suggest(realServer, known));
  }
  if (everywhere) return atAddress(config, found.address);
  return found.active
    ? [{ virtualServer: name, realServer }]
    : inactive(`${name}/${realServer}`, "active: false");
}

/** The addresses of a name for which orders were given with it, or alone. */
const addressesUnder = (
  orders: Orders,
  { virtualServer, realServer }: Subject,
): readonly Subject[] =>
  [...orders.values()]
    .filter((order) => {
      const [named, address] = order.realServer?.split("@") ?? [];
      return order.virtualServer === virtualServer && address !== undefined && named === realServer;
    })
    .map((order) => ({ virtualServer, realServer: order.realServer }));

const inactive = (subject: string, key: string): Refusal =>
  refusedNow(`${subject} is inactive in the configuration`, `${key} is to be changed there`);

function atAddress(config: Config, address: IpAddress): readonly Subject[] | Refusal {
  const found = config.virtualServers.flatMap((virtualServer) =>
    virtualServer.realServers
      .filter((realServer) => realServer.address === address && realServer.active)
      .map((realServer) => ({ virtualServer: virtualServer.name, realServer: realServer.name })),
  );
  return found.length > 0 ? found : refusedNow(`no active real server has the address ${address}`);
}
