/**
 * Real servers and sorry servers whose address is the router's own: a loopback address or a VIP.
 * The old systems took such lines; what IPVS makes of them is served, left out or said here, for
 * every kind of files alike, so that the result is one that lvsd takes.
 */
import { type IpAddress, parseAddress } from "../../../model/address.ts";
import { kindOf } from "../../address-kinds.ts";
import type { Findings } from "../imported.ts";
import { type Entry, MapNode } from "../outline.ts";

export function mendOwnAddresses(root: MapNode, findings: Findings): void {
  const vips = vipsOf(root);
  const usual = textOf(root.get("forwarding")) || "nat";
  for (const { value: server } of mapsIn(root.get("virtual_servers"))) {
    const forwarding = textOf(server.get("forwarding")) || usual;
    sorryServer(server, forwarding, vips, findings);
    const servers = server.get("real_servers");
    for (const { key: name, value: real, origin } of mapsIn(servers)) {
      const address = parseAddress(textOf(real.get("address")));
      if (address === null || !(servers instanceof MapNode)) continue;
      const isLoopback = kindOf(address) === "loopback";
      const method = textOf(real.get("forwarding")) || forwarding;
      if (!vips.has(address) && !(isLoopback && method !== "direct")) continue;
      servers.remove(name);
      findings.add(
        "left-out",
        origin,
        `real server ${address}`,
        isLoopback
          ? `with ${method} the kernel forwards nothing from outside to a loopback address; forwarding: direct would serve it on the router itself`
          : "it is a VIP of this configuration: IPVS does not balance again what it has balanced; give the server's own address",
      );
    }
  }
}

/** `fallback=127.0.0.1`, or the VIP: a page of the router's own web server, by direct routing. */
function sorryServer(
  server: MapNode,
  forwarding: string,
  vips: ReadonlySet<IpAddress>,
  findings: Findings,
): void {
  const entry = server.entries().find(({ key }) => key === "sorry_server");
  if (entry === undefined || !(entry.value instanceof MapNode)) return;
  const sorry = entry.value;
  const address = parseAddress(textOf(sorry.get("address")));
  if (address === null) return;
  const isLoopback = kindOf(address) === "loopback";
  if (!isLoopback && !vips.has(address)) return;
  const isSix = address.includes(":");
  const isDirect = (textOf(sorry.get("forwarding")) || forwarding) === "direct";
  const own = new MapNode("flow").set("address", isSix ? "::1" : "127.0.0.1");
  if (forwarding !== "direct") own.set("forwarding", "direct");
  server.set(
    "sorry_server",
    own,
    entry.origin,
    "the router's own server, at the virtual server's port; or write: local",
  );
  const { origin } = entry;
  if (!isLoopback)
    findings.add(
      "changed",
      origin,
      "sorry_server",
      `${address} is a VIP of this configuration: what comes back to it is balanced no second time; taken as the router's own server`,
    );
  else if (!isDirect)
    findings.add(
      "suspicious",
      origin,
      "sorry_server",
      `with ${forwarding} the kernel forwards nothing from outside to ${address}: it never answered; taken with direct routing, which reaches the router's own server at the virtual server's port`,
    );
  else
    findings.add(
      "carried",
      origin,
      "sorry_server",
      "a page of the router's own: both routers need a server there; sorry_server: local answers 503 by itself",
    );
}

export function vipsOf(root: MapNode): ReadonlySet<IpAddress> {
  const written = mapsIn(root.get("virtual_servers")).map(({ value }) => value.get("address"));
  const vips = root.get("vips");
  if (Array.isArray(vips))
    for (const vip of vips) if (vip instanceof MapNode) written.push(vip.get("address"));
  const router = root.get("nat_router");
  if (router instanceof MapNode) written.push(router.get("address"));
  return new Set(written.flatMap((each) => parseAddress(textOf(each).split("/")[0] ?? "") ?? []));
}

interface MapEntry extends Entry {
  readonly value: MapNode;
}

export const mapsIn = (node: unknown): MapEntry[] =>
  node instanceof MapNode
    ? node.entries().flatMap((entry) => {
        const { value } = entry;
        return value instanceof MapNode ? [{ ...entry, value }] : [];
      })
    : [];

const textOf = (node: unknown): string => (typeof node === "string" ? node : "");
