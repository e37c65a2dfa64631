/** Real servers of the configuration with what was learned of each. */
import type { RealServer, VirtualServer } from "../../../config/config.ts";
import type { Forwarding } from "../../../model/service.ts";
import type { Facts, RealServerFacts } from "../facts.ts";

export interface Pairing {
  readonly virtualServer: VirtualServer;
  readonly realServer: RealServer;
  readonly found: RealServerFacts;
}

export const pairs = (
  { config, realServers }: Pick<Facts, "config" | "realServers">,
  forwarding: Forwarding,
): readonly Pairing[] => {
  const known = new Map(realServers.map((one) => [`${one.address} ${one.port}`, one]));
  return config.virtualServers.flatMap((virtualServer) =>
    virtualServer.realServers
      .filter((realServer) => realServer.forwarding === forwarding)
      .flatMap((realServer) => {
        const found = known.get(`${realServer.address} ${realServer.port}`);
        return found === undefined ? [] : [{ virtualServer, realServer, found }];
      }),
  );
};
