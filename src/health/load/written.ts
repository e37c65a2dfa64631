/** A load as programs print it: the output of a command, a value of SNMP. */
import { clipped, printable } from "../../model/printable.ts";

/**
 * The first number of the text; after the word `load`, where it has that, as `uptime`, `rup` and
 * `ruptime` print it (`load average: 0.15, 0.20, 0.18`). A text where there is none.
 */
export function readLoad(output: string): number | { readonly trouble: string } {
  const [, after] = /\bload\b(?: averages?)?:?(.*)/i.exec(output) ?? [];
  const [number] = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?/.exec(after ?? output) ?? [];
  const load = Number(number ?? Number.NaN);
  if (Number.isFinite(load) && load >= 0) return load;
  const said = output.trim();
  if (said === "") return { trouble: "it printed nothing" };
  return { trouble: `no load in ${JSON.stringify(clipped(printable(said), 60))}` };
}
