/** Virtual servers that differ in nothing but their port: one with `ports:` can take their place. */
import type { Findings } from "../imported.ts";
import { MapNode, printOutline } from "../outline.ts";

/** Offers it, or does it where it was asked for. */
export function foldPorts(root: MapNode, findings: Findings, isAsked: boolean): void {
  const servers = root.get("virtual_servers");
  if (!(servers instanceof MapNode)) return;
  const groups = Map.groupBy(
    servers.entries().filter(({ value }) => value instanceof MapNode && value.has("port")),
    ({ value }) => (value instanceof MapNode ? withoutPort(value) : ""),
  );
  const dropped = new Set<string>();
  for (const group of groups.values()) {
    const [first] = group;
    if (first === undefined || group.length < 2 || !(first.value instanceof MapNode)) continue;
    const ports = group.map(({ value }) =>
      value instanceof MapNode ? String(value.get("port")) : "",
    );
    if (!isAsked) {
      const text = `${group.length} virtual servers differ only in the port (${ports.slice(0, 8).join(", ")}): --fold makes one with ports: of them; persistence then spans the ports, and one check decides`;
      findings.add("carried", first.origin, first.key, text);
      continue;
    }
    const folded = new MapNode();
    for (const { key, value, origin, comment } of first.value.entries())
      if (key === "port") folded.set("ports", ports.map(Number), origin);
      else folded.set(key, value, origin, comment);
    servers.set(first.key, folded, first.origin, first.comment);
    for (const { key } of group.slice(1)) dropped.add(key);
    findings.add(
      "changed",
      first.origin,
      first.key,
      `--fold: ports ${ports.slice(0, 8).join(", ")} are one virtual server`,
    );
  }
  if (dropped.size === 0) return;
  const kept = new MapNode();
  for (const { key, value, origin, comment } of servers.entries())
    if (!dropped.has(key)) kept.set(key, value, origin, comment);
  root.set("virtual_servers", kept);
}

function withoutPort(server: MapNode): string {
  const rest = new MapNode();
  for (const { key, value } of server.entries()) if (key !== "port") rest.set(key, value);
  return printOutline(rest, []).text.replaceAll(/ #.*$/gm, "");
}
