/** GLOBAL SETTINGS: this pair's first router, forwarding, and what concerns everything. */
import { settingsPanel } from "../../forms/settings-panel.ts";

export const globalPanel = settingsPanel({
  path: "/global",
  title: "global.title",
  help: "global.help",
  sections: [
    { title: "global.primary", keys: ["routers.primary.public", "routers.primary.private"] },
    { title: "global.forwarding", keys: ["forwarding", "nat_router", "vips", "marks", "sysctl"] },
    { title: "global.timeouts", keys: ["timeouts"] },
    { title: "global.notify", keys: [], restOf: ["notify"], folded: true },
    {
      title: "global.safety",
      keys: ["guard.remove_percent", "cluster_sync", "checks.concurrency", "include"],
      restOf: ["guard", "checks"],
      folded: true,
    },
    {
      title: "global.console",
      keys: [],
      restOf: ["console"],
      folded: true,
    },
  ],
});
