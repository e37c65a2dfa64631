/**
 * Addresses that checks come from. keepalived's file (`bindto`) is of one router, lvsd's of both:
 * what one of them has alone is written as what each of them has.
 */
import { ownWords } from "../../../check/origin-keys.ts";
import { type IpAddress, parseAddress } from "../../../model/address.ts";
import type { Findings } from "../imported.ts";
import { type Entry, MapNode } from "../outline.ts";
import { mapsIn, vipsOf } from "./own-addresses.ts";

export function mendSources(root: MapNode, findings: Findings): void {
  const vips = vipsOf(root);
  const own = ownAddresses(root);
  for (const { value: server } of mapsIn(root.get("virtual_servers")))
    for (const check of [server, ...mapsIn(server.get("real_servers")).map(({ value }) => value)]
      .flatMap((owner) => owner.get("check") ?? [])
      .flatMap((node) => (Array.isArray(node) ? node : [node])))
      if (check instanceof MapNode) mend(check, { vips, own }, findings);
}

interface Known {
  readonly vips: ReadonlySet<IpAddress>;
  /** The word for each router's own address. */
  readonly own: ReadonlyMap<IpAddress, string>;
}

function mend(check: MapNode, { vips, own }: Known, findings: Findings): void {
  const entry = check.entries().find(({ key }) => key === "source");
  const written = addressIn(entry?.value);
  if (entry === undefined || written === null) return;
  const { origin } = entry;
  const subject = `bindto ${written}`;
  const word = own.get(written);
  if (word !== undefined) {
    check.set("source", word, origin);
    findings.add("carried", origin, subject, `source: ${word}, which each router has of its own`);
  } else if (vips.has(written)) {
    check.remove("source");
    const why = "a VIP, which only the active router has, while both may check: the route decides";
    findings.add("left-out", origin, subject, why);
  } else
    findings.add(
      "suspicious",
      origin,
      subject,
      "both routers need this address: where each has another one, write source: [the primary's, the backup's]",
    );
}

function ownAddresses(root: MapNode): ReadonlyMap<IpAddress, string> {
  const found = new Map<IpAddress, string>();
  for (const { value: router } of mapsIn(root.get("routers")))
    for (const word of ownWords) {
      const address = addressIn(router.get(word));
      if (address !== null) found.set(address, word);
    }
  return found;
}

const addressIn = (node: Entry["value"] | undefined): IpAddress | null =>
  typeof node === "string" ? parseAddress(node) : null;
