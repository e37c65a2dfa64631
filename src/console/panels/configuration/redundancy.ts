/** REDUNDANCY: the second router, the heartbeat, and who is active when. */
import { settingsPanel } from "../../forms/settings-panel.ts";

export const redundancyPanel = settingsPanel({
  path: "/redundancy",
  title: "redundancy.title",
  help: "redundancy.help",
  elsewhere: ["failover.services"],
  sections: [
    { title: "redundancy.routers", keys: ["routers.primary", "routers.backup"] },
    {
      title: "redundancy.heartbeat",
      keys: [
        "heartbeat.interval",
        "heartbeat.dead_after",
        "heartbeat.warn_after",
        "heartbeat.port",
        "heartbeat.key_file",
        "heartbeat.authentication",
      ],
      restOf: ["heartbeat"],
    },
    {
      title: "redundancy.failover",
      keys: [
        "failover.failback",
        "failover.failback_delay",
        "failover.start_delay",
        "failover.monitor_links",
        "failover.gateway",
      ],
    },
    { title: "redundancy.sync", keys: ["connection_sync"] },
    {
      title: "redundancy.more",
      keys: ["failover.announce.count", "failover.announce.interval", "failover.announce.refresh"],
      restOf: ["failover.announce", "failover"],
      folded: true,
    },
  ],
});
