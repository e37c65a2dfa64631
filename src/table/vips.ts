/** The difference between two lists of floating addresses: what a reload adds and removes. */
import type { Vip } from "../config/config.ts";
import { printPrefix } from "../model/address.ts";

/** Both in the order of claiming. An address that changes its device or label is in both. */
export interface VipPlan {
  readonly add: readonly Vip[];
  readonly remove: readonly Vip[];
}

/** Plans the way from the floating addresses `before` to `after`. */
export function planVips(before: readonly Vip[], after: readonly Vip[]): VipPlan {
  const held = new Set(before.map(placeOf));
  const wanted = new Set(after.map(placeOf));
  return {
    add: after.filter((vip) => !held.has(placeOf(vip))),
    remove: before.filter((vip) => !wanted.has(placeOf(vip))),
  };
}

/** By what the kernel distinguishes two addresses. */
const placeOf = (vip: Vip): string =>
  `${printPrefix(vip.prefix)} ${vip.device ?? ""} ${vip.label ?? ""}`;
