/** What the check blocks that use the network have in common: where tries go and come from. */
import type { MapNode } from "../../outline.ts";
import type { Layers } from "../conversion.ts";
import { lastOf, type Statement } from "../statements.ts";

/** What lies around a check. */
export interface Around {
  readonly layers: Layers;
  readonly top: readonly Statement[];
}

/** Where tries go, and where they come from. */
export function ways(check: MapNode, inside: readonly Statement[]): void {
  const ip = lastOf(inside, "connect_ip");
  const port = lastOf(inside, "connect_port");
  if (ip !== undefined) check.set("address", ip.words[0] ?? "", ip.origin);
  if (port !== undefined) check.set("port", Number(port.words[0]), port.origin);
  for (const [keyword, key, isNumber] of originKeywords) {
    const given = lastOf(inside, keyword);
    const word = given?.words[0];
    if (word !== undefined) check.set(key, isNumber ? Number(word) : word, given?.origin ?? null);
  }
}

/** Of `bindto` see ../../mending/check-sources.ts, where the routers and the VIPs are known. */
const originKeywords = [
  ["bindto", "source", false],
  ["bind_port", "source_port", true],
  ["bind_if", "device", false],
  ["fwmark", "fwmark", true],
] as const;
