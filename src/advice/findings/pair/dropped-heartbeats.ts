/** Whether the packet filter lets the pair talk. */
import type { Finding } from "../finding.ts";

export const droppedHeartbeats: Finding = {
  name: "dropped-heartbeats",
  severity: "prevents",
  asks: "nft -j list ruleset",
  says: "The packet filter drops what the routers send each other.",
  explains:
    "Routers that do not hear each other both become active. Rules that are not understood are skipped: what is found is certain, but rules may be missed.",
  examine: ({ dropped }) =>
    dropped.map(({ what, by }) => ({
      seen: `${what} is dropped by ${by}`,
      remedy: `nft insert rule ${by} ${what} accept`,
    })),
};
