/** The lines `real=` of a virtual block as real servers. */
import { weightMax } from "../../../model/service.ts";
import { MapNode, type Node, printOutline } from "../outline.ts";
import type { Conversion, Head } from "./conversion.ts";
import { destinationOf, namesPort, type Real, realsOf } from "./real.ts";
import { ownOf, type Settings } from "./settings.ts";
import type { Directive, Virtual } from "./statements.ts";

/** The real servers of a block, each destination once. */
export function realsIn(
  conversion: Conversion,
  virtual: Virtual,
  settings: Settings,
  { port, mark }: Head,
): readonly Real[] {
  const { file } = settings;
  const isPersistent = ownOf(settings, "persistent") !== undefined;
  const { findings } = conversion;
  const seen = new Set<string>();
  return virtual.directives
    .filter(({ name }) => name === "real" || name === "real6")
    .flatMap((given) => bounded(conversion, given, lineOf(conversion, given, virtual, file), file))
    .filter((real) => {
      const key = destinationOf(real, { port, isMark: mark !== null, isPersistent });
      if (!seen.has(key)) return seen.add(key);
      const origin = { file, line: real.line };
      findings.add("suspicious", origin, `real=${key}`, "listed twice; left out");
      return false;
    });
}

/** Real servers of all files together: more than lvsd.yaml may hold. */
const realsMax = 50_000;

/** Ranges may stand for more servers than there are. */
function bounded(
  conversion: Conversion,
  { line, name, raw }: Directive,
  reals: readonly Real[],
  file: string,
): readonly Real[] {
  conversion.count.reals += reals.length;
  if (conversion.count.reals <= realsMax) return reals;
  const text = `more than ${realsMax} real servers in all: no real file is as large`;
  conversion.findings.add("left-out", { file, line }, `${name}=${raw.slice(0, 60)}`, text);
  return [];
}

function lineOf(
  { findings, wrong }: Conversion,
  given: Directive,
  virtual: Virtual,
  file: string,
): readonly Real[] {
  const { line, name, raw } = given;
  const wanted = virtual.name === "virtual6" ? "real6" : "real";
  const refuse = (message: string, hint: string | null): readonly Real[] => {
    wrong.push({ file, wrong: { line, column: 1, message, hint } });
    return [];
  };
  if (name !== wanted) return refuse(`${name} in a ${virtual.name}`, `write ${wanted}=`);
  const reals = realsOf(given);
  if ("message" in reals) return refuse(reals.message, reals.hint);
  if ("strange" in reals) {
    findings.add("suspicious", { file, line }, `${name}=${raw.slice(0, 60)}`, reals.strange);
    return [];
  }
  if (/\su:\d/.test(raw) && reals.every(({ max }) => max === 0))
    findings.add("suspicious", { file, line }, "u:", "before l: it is lost: write l:N u:N");
  return reals;
}

/** One real server, without its own check's dialogue. */
export function realNode(
  { findings }: Conversion,
  real: Real,
  head: Head,
  most: string,
  { file }: Settings,
): MapNode {
  const node = new MapNode("flow").set("address", real.host);
  const differs = namesPort(real) && real.port !== head.port;
  // With a mark it is also the only port that the check knows.
  if (differs && (real.forwarding === "nat" || head.mark !== null))
    node.set("port", real.port ?? 0);
  else if (differs) {
    const text = `port ${real.port}: with ${real.forwarding} the kernel uses ${head.port}; only the check goes to ${real.port}`;
    findings.add("suspicious", { file, line: real.line }, `real=${real.host}`, text);
    node.set("check", new MapNode("flow").set("port", real.port ?? 0));
  }
  const weight = Math.min(real.weight, weightMax);
  node.set("weight", weight);
  if (weight !== real.weight) {
    const text = `weight ${real.weight}: ${weightMax} is the most`;
    findings.add("changed", { file, line: real.line }, `real=${real.host}`, text);
  }
  if (real.weight === 0)
    findings.add(
      "suspicious",
      { file, line: real.line },
      `real=${real.host}`,
      "weight 0: it never gets a connection",
    );
  if (real.forwarding !== most) node.set("forwarding", real.forwarding);
  if (real.max > 0 || real.min > 0) {
    const limits = new MapNode("flow").set("max", real.max);
    // The kernel goes by a lower limit only once an upper one was reached.
    const isBelow = real.min > 0 && real.min <= real.max;
    if (real.min > 0 && !isBelow)
      findings.add(
        "suspicious",
        { file, line: real.line },
        `real=${real.host}`,
        `l:${real.min} without a greater u: has no effect; left out`,
      );
    if (real.max > 0) node.set("connections", isBelow ? limits.set("min", real.min) : limits);
  }
  return node;
}

/** What a real server's own check has that the virtual's has not, on one line. */
export function differing(own: MapNode, common: MapNode): MapNode {
  const text = (node: Node | undefined): string =>
    node === undefined ? "" : printOutline(new MapNode().set("x", node), []).text;
  const flow = new MapNode("flow");
  for (const { key, value } of own.entries())
    if (text(value) !== text(common.get(key))) flow.set(key, value);
  return flow;
}
