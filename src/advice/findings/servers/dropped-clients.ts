/** Whether the packet filter lets clients in. */
import type { Finding } from "../finding.ts";

/** The rest is the same chain. */
const namedMax = 5;

export const droppedClients: Finding = {
  name: "dropped-clients",
  severity: "prevents",
  asks: "nft -j list ruleset",
  says: "The packet filter drops what clients send to a virtual server.",
  explains:
    "IPVS takes packets after the chains of the hook input, whatever the forwarding method. What these drop is never balanced, and health checks show nothing of it.",
  examine: ({ droppedClients: dropped }) => {
    const named = dropped.slice(0, namedMax).map(({ what, by }) => ({
      seen: `${what} is dropped by ${by}`,
      remedy: `nft insert rule ${by} ${what} accept`,
    }));
    const more = dropped.length - named.length;
    if (more <= 0) return named;
    return [...named, { seen: `so are ${more} more`, remedy: "nft list ruleset" }];
  },
};
