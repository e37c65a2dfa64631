/** Whether the packet filter lets the pair talk. */
import type { Finding } from "../finding.ts";

export const droppedHeartbeats: Finding = {
  name: "dropped-heartbeats",
  severity: "prevents",
  asks: "nft -j list ruleset",
  says: "The packet filter drops what the routers send each other.",
  explains:
    "Routers that do not hear each other both become active. What is found is certain; where a rule that is not understood might let them in, nothing is said.",
  examine: ({ dropped }) =>
    dropped.map(({ what, by }) => ({
      seen: `${what} is dropped by ${by}`,
      remedy: `nft insert rule ${by} ${what} accept`,
    })),
};
