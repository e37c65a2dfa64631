/**
 * Quorums that the real servers of the result can reach: some of the original's may have been left
 * out, and those of weight 0 take no connections.
 */
import type { Findings } from "../imported.ts";
import { MapNode } from "../outline.ts";

export function mendQuorums(root: MapNode, findings: Findings): void {
  const servers = root.get("virtual_servers");
  if (!(servers instanceof MapNode)) return;
  for (const { key: name, value: server } of servers.entries()) {
    if (!(server instanceof MapNode)) continue;
    const entry = server.entries().find(({ key }) => key === "quorum");
    if (entry === undefined || !(entry.value instanceof MapNode)) continue;
    const up = entry.value.get("up");
    const down = entry.value.get("down") ?? 0;
    const byWeight = entry.value.get("count") === "weights";
    const weights = weightsIn(server);
    const count = byWeight ? weights.reduce((sum, each) => sum + each, 0) : weights.length;
    // Without any real server a quorum is neither reached nor refused.
    if (typeof up !== "number" || typeof down !== "number" || up <= count || count === 0) continue;
    if (count === 1 && down === 0) server.remove("quorum");
    else {
      const reached = new MapNode("flow").set("count", byWeight ? "weights" : undefined);
      reached.set("up", count).set("down", Math.min(down, count - 1));
      server.set("quorum", reached, entry.origin);
    }
    findings.add(
      "changed",
      entry.origin,
      `${name}: quorum`,
      byWeight
        ? `a weight of ${up}, and only ${count} can take connections: ${count} is enough`
        : `${up} real servers, of which only ${count} can take connections: ${count} are enough`,
    );
  }
}

/** The weights of those that can ever take connections. */
function weightsIn(server: MapNode): readonly number[] {
  const reals = server.get("real_servers");
  if (!(reals instanceof MapNode)) return [];
  return reals.entries().flatMap(({ value }) => {
    if (!(value instanceof MapNode) || value.get("active") === false) return [];
    const weight = Number(value.get("weight") ?? 1);
    return weight > 0 ? [weight] : [];
  });
}
