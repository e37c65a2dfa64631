/** Whether both routers have the same configuration. */
import type { Finding } from "../finding.ts";

export const configMismatch: Finding = {
  name: "config-mismatch",
  severity: "endangers",
  asks: "the daemon: what the peer's heartbeats say; the peer: what it has loaded",
  says: "The two routers have different configurations.",
  explains:
    "After a failover the other router serves what its own file says. Automatic failback waits while they differ.",
  examine: ({ daemon, here, peer }) => {
    if (daemon?.peer?.configMatch === false)
      return [{ seen: "the peer's configuration is another one", remedy: "lvsd sync" }];
    const there = peer?.has.configHash ?? null;
    if (there === null || here.configHash === null || there === here.configHash) return [];
    return [
      {
        seen: "the file here is another one than the peer has loaded",
        remedy: "lvsd plan, then lvsd reload here, or lvsd sync",
      },
    ];
  },
};
