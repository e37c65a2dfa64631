/** Real servers that the active router reaches and this one does not. */
import type { Finding } from "../finding.ts";

/** The rest is a number. */
const namedMax = 5;

export const ownWay: Finding = {
  name: "own-way",
  severity: "endangers",
  asks: "the daemon, which tries each real server about once a minute while it does not check",
  says: "This router does not reach a real server that the active router reaches.",
  explains:
    "After a failover that server would be down: a cable, a VLAN, a route or a packet filter differs between the two routers.",
  examine: ({ daemon }) => {
    const unreached = daemon?.unreached ?? [];
    const named = unreached.slice(0, namedMax).map(({ realServer, why }) => ({
      seen: `${realServer} is not reached from here: ${why}`,
      remedy: `lvsd probe ${realServer.replace("/", " ")}`,
    }));
    const more = unreached.length - named.length;
    if (more <= 0) return named;
    return [...named, { seen: `${more} more are not reached from here`, remedy: "lvsd probe VS" }];
  },
};
