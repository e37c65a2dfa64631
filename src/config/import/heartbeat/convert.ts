/** Heartbeat's or Pacemaker's files alone: routers and floating addresses, without balancing. */
import { claimsOf, vipOf, withRouters } from "../claims.ts";
import { Findings, type ForeignFile, type Imported, type ImportOptions } from "../imported.ts";
import { mend } from "../mending/mend.ts";
import { MapNode } from "../outline.ts";

/** Texts in, configuration and findings out. Never throws. */
export function importHeartbeat(
  files: readonly ForeignFile[],
  others: readonly ForeignFile[],
  options: ImportOptions,
): Imported {
  const findings = new Findings();
  const root = new MapNode();
  const claims = claimsOf([...files, ...others], findings);
  withRouters(root, claims, options);
  const vips = claims.floating.map(vipOf);
  if (vips.length > 0) root.set("vips", vips);
  else findings.add("suspicious", null, "the files", "no address moves between the nodes");
  findings.add(
    "changed",
    null,
    "heartbeat",
    "heartbeats are signed: make a key with lvsd keygen and copy it to both routers",
  );
  mend(root, findings);
  return { root, findings: findings.all() };
}
