/** The second path of heartbeats: it has two ends, of which only one may be known. */
import { MapNode, Missing } from "../outline.ts";

const roles = ["primary", "backup"] as const;

/** Where one router has a private address and nothing is known of the other, its is missing too. */
export function mendPaths(root: MapNode): void {
  const routers = root.get("routers");
  if (!(routers instanceof MapNode)) return;
  const [primary, backup] = roles.map((role) => routers.get(role));
  if (!(primary instanceof MapNode) || !(backup instanceof MapNode)) return;
  for (const [at, one] of [primary, backup].entries()) {
    const other = at === 0 ? backup : primary;
    const isUnknown = one.get("public") instanceof Missing && !one.has("private");
    if (isUnknown && other.has("private"))
      one.set("private", new Missing("router", `the ${roles[at]} router's own address there`));
  }
}
