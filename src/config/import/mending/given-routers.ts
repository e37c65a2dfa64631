/**
 * Routers' addresses that the operator gave, and that cannot be: they are refused, where the same
 * in a file is left out, since the operator can give others at once.
 */
import { type Problem, problemElsewhere } from "../../../keys/problem.ts";
import { family, parseAddress } from "../../../model/address.ts";
import { unservable } from "../../address-kinds.ts";
import type { GivenRouter, ImportOptions } from "../imported.ts";
import type { MapNode } from "../outline.ts";
import { vipsOf } from "./own-addresses.ts";

const roles = ["primary", "backup"] as const;

/** Why the given addresses cannot be taken; empty: they can. */
export function refusedRouters(root: MapNode, options: ImportOptions): readonly Problem[] {
  const vips = vipsOf(root);
  const seen = new Map<string, string>();
  const problems: Problem[] = [];
  for (const role of roles) {
    const given = options[role];
    for (const written of given === null ? [] : addressesOf(given)) {
      const address = parseAddress(written);
      if (address === null) continue;
      const option = `--${role} ${written}`;
      const other = seen.get(address);
      const refusal = unservable(address, "router");
      if (refusal !== null)
        problems.push(problemElsewhere(`${option}: it ${refusal.why}`, refusal.hint));
      else if (other !== undefined)
        problems.push(problemElsewhere(`${option}: it is --${other}'s as well`, eachItsOwn));
      else if (vips.has(address))
        problems.push(problemElsewhere(`${option}: it is a VIP of the files`, ownAddress));
      seen.set(address, role);
    }
  }
  return problems.length > 0 ? problems : unpaired(options);
}

const eachItsOwn = "each path of each router has an address of its own";
const ownAddress = "give the router's own, fixed address";

const addressesOf = ({ public: one, private: other }: GivenRouter): readonly string[] =>
  other === null ? [one] : [one, other];

/** A path has two ends of one family. */
function unpaired({ primary, backup }: ImportOptions): readonly Problem[] {
  if (primary === null || backup === null) return [];
  if ((primary.private === null) !== (backup.private === null))
    return [
      problemElsewhere(
        `--${primary.private === null ? "backup" : "primary"} has a second address, and the other router has none`,
        "give both routers ADDRESS,PRIVATE, or neither",
      ),
    ];
  return (["public", "private"] as const).flatMap((key) => {
    const [one, other] = [primary[key], backup[key]].map((each) => parseAddress(each ?? ""));
    if (!one || !other || family(one) === family(other)) return [];
    const message = `--primary ${one} and --backup ${other} are of different families`;
    return [problemElsewhere(message, "a heartbeat path is IPv4 or IPv6")];
  });
}
