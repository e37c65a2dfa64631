/** What the parts of the conversion of lvs.cf share. */
import type { Findings, ImportOptions } from "../imported.ts";
import type { MapNode, Origin } from "../outline.ts";
import type { Surroundings } from "../surroundings.ts";
import type { Block } from "./statements.ts";

/** The file, what is made of it so far, and what is to be said of it. */
export interface Conversion {
  readonly file: string;
  readonly root: MapNode;
  readonly global: Block;
  readonly findings: Findings;
  readonly options: ImportOptions;
  readonly around: Surroundings;
}

/** Where a statement stands. */
export const originOf = (
  file: string,
  given: { readonly line: number } | undefined,
): Origin | null => (given === undefined ? null : { file, line: given.line });

/** The length of a dotted mask; null: none is set (0.0.0.0), or its bits have gaps. */
export function prefixLength(mask: string): number | null {
  const bits = mask
    .split(".")
    .map((part) => Number(part).toString(2).padStart(8, "0"))
    .join("");
  return /^1+0*$/.test(bits) ? bits.lastIndexOf("1") + 1 : null;
}
