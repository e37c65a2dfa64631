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
): readonly Pairing[] =>
  config.virtualServers.flatMap((virtualServer) =>
    virtualServer.realServers
      .filter((realServer) => realServer.forwarding === forwarding)
      .flatMap((realServer) => {
        const found = realServers.find(
          (one) => one.address === realServer.address && one.port === realServer.port,
        );
        return found === undefined ? [] : [{ virtualServer, realServer, found }];
      }),
  );
