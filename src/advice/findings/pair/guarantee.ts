/** What stands against two active routers. */
import type { Finding } from "../finding.ts";

export const guarantee: Finding = {
  name: "guarantee",
  severity: "advises",
  asks: "the configuration: paths, gateway, fence",
  says: "What keeps both routers from being active at once.",
  explains:
    "A router cannot know whether a silent peer is dead or unreachable. Two paths make that rare; an arbiter (failover.gateway) keeps the one that is cut off from taking over; a fence makes certain that the peer is off. docs/failover.md has each case.",
  examine: ({ config }) => {
    const { routers, failover } = config;
    if (routers.backup === null) return [];
    const { fence, gateway } = failover;
    if (fence !== null)
      return fence.onFailure === "stay"
        ? []
        : [
            {
              seen: "a fence that fails lets this router take over all the same",
              remedy: "failover.fence.on_failure: stay",
            },
          ];
    const paths = routers.primary.private === null ? 1 : 2;
    if (gateway.length > 0)
      return [
        {
          seen: "an arbiter, no fence: both are active only if each reaches an arbiter and not the other",
          remedy: "failover.fence: { command: [...] } makes certain of it",
        },
      ];
    return [
      {
        seen: `no arbiter and no fence: if ${paths === 1 ? "the only path" : "both paths"} between the routers ${paths === 1 ? "is" : "are"} cut, both are active`,
        remedy: `failover.gateway: [ADDRESS]${paths === 1 ? ", and routers.*.private for a second path" : ""}`,
        severity: paths === 1 ? ("endangers" as const) : ("advises" as const),
      },
    ];
  },
};
