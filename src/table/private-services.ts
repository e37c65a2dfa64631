/**
 * The services by which checks with `via: service` are led: one for each real server, forwarding
 * method and family, known by a mark that the checks' own packets alone bear. The destination is
 * there whatever the health of its real server, since that is what the checks find out.
 */
import type { Config } from "../config/config.ts";
import { type PathEnd, pathEnds } from "../config/forwarding/paths.ts";
import { family } from "../model/address.ts";
import { printDestination, printService, type ServiceIdentity } from "../model/service.ts";
import type { Destination, Service } from "./table.ts";

/** What the kernel knows the private service of a mark by. */
export const privateIdentity = (
  fwmark: number,
  vip: PathEnd["vip"],
): ServiceIdentity & { readonly kind: "fwmark" } => ({
  kind: "fwmark",
  fwmark,
  family: family(vip),
});

/** All of a configuration, in the order of their marks. */
export const privateServices = ({ virtualServers }: Config): readonly Service[] =>
  [...pathEnds(virtualServers.filter(({ active }) => active))]
    .sort(([one], [other]) => one - other)
    .map(([mark, end]) => privateService(mark, end));

function privateService(mark: number, { vip, realServer, port }: PathEnd): Service {
  const { address, forwarding, tunnel } = realServer;
  const destination: Destination = {
    // By a mark a packet keeps its port where the destination's is 0.
    identity: { address, port: forwarding === "nat" ? port : 0 },
    forwarding,
    tunnel,
    weight: 1,
    foreignOptions: "",
    thresholds: { upper: 0, lower: 0 },
  };
  return {
    identity: privateIdentity(mark, vip),
    scheduler: "rr",
    schedulerFlags: [],
    onePacket: false,
    persistence: null,
    destinations: new Map([[printDestination(destination.identity), destination]]),
  };
}

/** By `printService`. */
export const privateTable = (config: Config): ReadonlyMap<string, Service> =>
  new Map(privateServices(config).map((service) => [printService(service.identity), service]));
