/** Whether both routers have the same configuration. */
import type { Finding } from "../finding.ts";

export const configMismatch: Finding = {
  name: "config-mismatch",
  severity: "endangers",
  asks: "the daemon: what the peer's heartbeats say",
  says: "The two routers have different configurations.",
  explains:
    "After a failover the other router serves what its own file says. Automatic failback waits while they differ.",
  examine: ({ daemon }) =>
    daemon?.peer?.configMatch === false
      ? [{ seen: "the peer's configuration is another one", remedy: "lvsd sync" }]
      : [],
};
