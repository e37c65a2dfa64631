/** The lines `real=` of a virtual block as real servers. */
import { MapNode, type Node, printOutline } from "../outline.ts";
import type { Conversion, Head } from "./conversion.ts";
import { destinationOf, namesPort, type Real, realsOf } from "./real.ts";
import { ownOf, type Settings } from "./settings.ts";
import type { Virtual } from "./statements.ts";

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
    .flatMap((given) => {
      const reals = realsOf(given);
      if ("message" in reals) {
        conversion.wrong.push({ file, wrong: reals });
        return [];
      }
      return reals.filter((real) => {
        const key = destinationOf(real, { port, isMark: mark !== null, isPersistent });
        if (!seen.has(key)) return seen.add(key);
        findings.add(
          "suspicious",
          { file, line: given.line },
          `real=${key}`,
          "listed twice; left out",
        );
        return false;
      });
    });
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
  node.set("weight", real.weight);
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
