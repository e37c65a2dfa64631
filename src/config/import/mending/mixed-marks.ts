/**
 * Several ports as one service where the file's marks are the operator's own: lvsd sets either all
 * marks or none, so that a service of several ports needs a mark of the operator's as well.
 */
import type { Findings } from "../imported.ts";
import { MapNode, type Node } from "../outline.ts";

/** Above what people number by hand. */
const firstMark = 0x4c00;

export function mendMixedMarks(root: MapNode, findings: Findings): void {
  const servers = root.get("virtual_servers");
  if (root.get("marks") !== "external" || !(servers instanceof MapNode)) return;
  const used = new Set<Node | undefined>();
  for (const { value } of servers.entries())
    if (value instanceof MapNode) used.add(value.get("fwmark"));
  let mark = firstMark;
  for (const { key, value: server, origin } of servers.entries()) {
    if (!(server instanceof MapNode) || !server.has("ports") || server.has("fwmark")) continue;
    while (used.has(mark)) mark += 1;
    used.add(mark);
    server.set("fwmark", mark, origin, "a mark that your rules must set");
    findings.add(
      "suspicious",
      origin,
      key,
      `one service of several ports, while the other marks are your own: let your rules set mark ${mark} for them, or have all marks set by lvsd (marks: lvsd)`,
    );
  }
}
