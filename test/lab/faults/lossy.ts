/** Rows of faults for paths that lose and delay heartbeats, at whatever settings. */

import type { Router } from "../actors/router.ts";
import type { Lab } from "../lab.ts";
import type { Impairment } from "../machine/network.ts";
import type { NetName } from "../machine/topology.ts";
import { type Fault, untouched } from "./fault.ts";

/** Longer than any `dead_after` of these stories: the second path is not touched with the first. */
const apartMs = 1200;

/** Both ends of the standby's cable, for heartbeats alone: the client is not to be impaired. */
function impaired(what: string, nets: readonly NetName[], impairment: Impairment): Fault {
  return {
    what,
    bounds: untouched,
    vips: "stay",
    on: "standby",
    forMs: 5000,
    async strike(lab: Lab, { name }: Router) {
      for (const net of nets) {
        await lab.network.impair(name, [net], "both", impairment, "heartbeat");
        await lab.elapse(net === nets.at(-1) ? 0 : apartMs);
      }
    },
    async mend(lab: Lab, { name }: Router) {
      await lab.network.mend(name, nets);
    },
  };
}

export const lossOnOne = impaired("30 % loss on one path", ["private"], { loss: 30 });
export const lossOnBoth = impaired("30 % loss on both paths", ["private", "public"], { loss: 30 });
export const delayOnBoth = (delayMs: number): Fault =>
  impaired(`${delayMs} ms delay added on both paths, one after the other`, ["private", "public"], {
    delayMs,
  });
