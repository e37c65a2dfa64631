/**
 * What is true of several parts of a result together: each importer ends with it. What no rule of
 * these mends, and `lvsd check` refuses, is left out by refused.ts.
 */
import type { Findings } from "../imported.ts";
import type { MapNode } from "../outline.ts";
import { mendAllPorts } from "./all-ports.ts";
import { mendSources } from "./check-sources.ts";
import { mendMixedMarks } from "./mixed-marks.ts";
import { mendOwnAddresses } from "./own-addresses.ts";
import { mendQuorums } from "./quorums.ts";
import { mendPaths } from "./router-paths.ts";

export function mend(root: MapNode, findings: Findings): void {
  mendPaths(root);
  mendSources(root, findings);
  mendOwnAddresses(root, findings);
  mendAllPorts(root, findings);
  mendMixedMarks(root, findings);
  mendQuorums(root, findings);
}
