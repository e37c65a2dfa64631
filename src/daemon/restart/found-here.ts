/**
 * What a starting daemon finds of the VIPs: nothing, its predecessor's, or what was left behind.
 */
import type { Start } from "../../failover/protocol.ts";
import type { Interface } from "../../system/ip/ip.ts";
import type { Running } from "../config/running.ts";
import type { PredecessorState } from "./restart-state.ts";

export function foundHere(
  running: Running,
  interfaces: readonly Interface[],
  { heldUntil }: Pick<PredecessorState, "heldUntil">,
): Start["found"] {
  // In whatever form: neighbours are answered for each. The loopback's serve other ends.
  const here = running.vips.some(({ prefix }) =>
    interfaces.some(
      ({ name, addresses }) =>
        name !== "lo" && addresses.some((held) => held.prefix.address === prefix.address),
    ),
  );
  // Who held no VIPs has left none: the hold alone says that this router goes on.
  if (!here && (running.vips.length > 0 || heldUntil === null)) return "nothing";
  return heldUntil !== null ? "kept" : "left-behind";
}
