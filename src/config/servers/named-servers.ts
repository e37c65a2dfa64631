/**
 * Real servers whose addresses come from host names: each address that a name stands for is a real
 * server of its own, called `rs1@10.0.0.1`. Pure; who resolves names is daemon/names/.
 */
import { family, type HostName, type IpAddress, printEndpoint } from "../../model/address.ts";
import { unservable } from "../address-kinds.ts";
import { type Config, familiesOf, type NamedServer, type VirtualServer } from "../config.ts";
import { inServerOrder } from "./server-order.ts";

/** What names stand for. */
export type Answers = ReadonlyMap<HostName, readonly IpAddress[]>;

/** More machines under one name are no virtual server: the rest of an answer is left out. */
export const addressesMax = 16;

/** Every name of the configuration once. */
export const hostsOf = ({
  virtualServers,
}: Pick<Config, "virtualServers">): readonly HostName[] => [
  ...new Set(virtualServers.flatMap(({ namedServers }) => namedServers.map(({ host }) => host))),
];

/** `config` with the real servers that its names stand for; the same object without names. */
export function withAddresses(config: Config, answers: Answers): Config {
  if (config.virtualServers.every(({ namedServers }) => namedServers.length === 0)) return config;
  const vips = new Set<IpAddress>(config.vips.map(({ prefix }) => prefix.address));
  return {
    ...config,
    virtualServers: config.virtualServers.map((each) => expanded(each, answers, vips)),
  };
}

function expanded(
  virtualServer: VirtualServer,
  answers: Answers,
  vips: ReadonlySet<IpAddress>,
): VirtualServer {
  const { namedServers } = virtualServer;
  if (namedServers.length === 0) return virtualServer;
  const realServers = virtualServer.realServers.filter(({ named }) => named === undefined);
  const taken = new Set(realServers.map(({ address, port }) => printEndpoint(address, port)));
  for (const { host, ...server } of namedServers)
    for (const address of answers.get(host) ?? []) {
      const endpoint = printEndpoint(address, server.port);
      if (taken.has(endpoint) || vips.has(address)) continue;
      if (!mayServe(virtualServer, server, address)) continue;
      taken.add(endpoint);
      realServers.push({
        ...server,
        address,
        named: server.name,
        name: `${server.name}@${address}`,
      });
    }
  return { ...virtualServer, realServers: inServerOrder(realServers) };
}

/** What the rules of the configuration say of written addresses. */
function mayServe(
  virtualServer: VirtualServer,
  { forwarding }: Pick<NamedServer, "forwarding">,
  address: IpAddress,
): boolean {
  const mayCross = forwarding === "tunnel" && virtualServer.mark === null;
  if (!mayCross && !familiesOf(virtualServer).includes(family(address))) return false;
  return unservable(address, forwarding === "direct" ? "check" : "real-server") === null;
}
