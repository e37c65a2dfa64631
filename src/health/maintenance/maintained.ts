/**
 * The configuration under maintenance: what orders make of it. A disabled server is inactive, a
 * drained one has weight 0; so checks, table, VIPs and quorums follow as from a reload.
 */
import type { Config, Maintenance, RealServer, Vip, VirtualServer } from "../../config/config.ts";
import { type Order, type Orders, orderKey, standing } from "./orders.ts";

/** Real servers, by key, that are to leave the table although they are being drained. */
export type Removed = ReadonlySet<string>;

/** `config` with the orders carried out; the same object where no order is about it. */
export function maintained(config: Config, orders: Orders, removed: Removed): Config {
  if (standing(orders).length === 0) return config;
  const virtualServers = config.virtualServers.map((virtualServer) =>
    virtualServerUnder(virtualServer, orders, removed),
  );
  if (virtualServers.every((each, index) => each === config.virtualServers[index])) return config;
  return { ...config, virtualServers, vips: wantedVips(config, virtualServers) };
}

function virtualServerUnder(
  virtualServer: VirtualServer,
  orders: Orders,
  removed: Removed,
): VirtualServer {
  const { name } = virtualServer;
  const realServers = virtualServer.realServers.map((realServer) => {
    const key = orderKey({ virtualServer: name, realServer: realServer.name });
    const order = later(orders.get(key), orderOfName(orders, name, realServer));
    return realServerUnder(realServer, order, removed.has(key));
  });
  const order = orders.get(name);
  const disabled = order?.kind === "disable" && virtualServer.active;
  if (disabled)
    return {
      ...virtualServer,
      realServers,
      active: false,
      maintenance: { kind: "disable", by: order.by, weight: 0 },
    };
  const same = realServers.every((each, index) => each === virtualServer.realServers[index]);
  return same ? virtualServer : { ...virtualServer, realServers };
}

/** An address that a name has since an order was given for the name is under it too. */
const orderOfName = (
  orders: Orders,
  virtualServer: string,
  { named }: RealServer,
): Order | undefined =>
  named === undefined ? undefined : orders.get(orderKey({ virtualServer, realServer: named }));

/** An address that was away when its name was drained has an older order of its own, or its end. */
const later = (own: Order | undefined, ofName: Order | undefined): Order | undefined =>
  own === undefined || (ofName !== undefined && ofName.stamp > own.stamp) ? ofName : own;

function realServerUnder(
  realServer: RealServer,
  order: Order | undefined,
  isRemoved: boolean,
): RealServer {
  if (order === undefined || order.kind === "enable" || !realServer.active) return realServer;
  const { weight } = realServer;
  const maintenance: Maintenance = { kind: order.kind, by: order.by, weight };
  if (order.kind === "disable") return { ...realServer, active: false, maintenance };
  return { ...realServer, weight: 0, active: !isRemoved, maintenance };
}

/** Without the VIPs that only virtual servers had claimed of which none is active any more. */
function wantedVips(config: Config, virtualServers: readonly VirtualServer[]): readonly Vip[] {
  const wanted = new Set<string>(config.claimedAlone);
  for (const { active, address, mark } of virtualServers) {
    const claimed = mark?.addresses ?? (address === null ? [] : [address]);
    for (const each of active ? claimed : []) wanted.add(each);
  }
  return config.vips.filter(({ prefix }) => wanted.has(prefix.address));
}
