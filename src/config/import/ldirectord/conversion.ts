/** What the parts of the conversion of ldirectord.cf share. */
import type { Claims } from "../claims.ts";
import type { Findings, ImportOptions } from "../imported.ts";
import type { Names } from "../names.ts";
import type { MapNode } from "../outline.ts";
import type { Wrong } from "./statements.ts";

/** What is made of the files so far, and what is to be said of them. */
export interface Conversion {
  readonly root: MapNode;
  readonly findings: Findings;
  readonly options: ImportOptions;
  readonly claims: Claims;
  readonly names: Names;
  readonly seen: Map<string, string>;
  /** How many real servers were read so far. */
  readonly count: { reals: number };
  readonly wrong: { readonly file: string; readonly wrong: Wrong }[];
}

/** What the line `virtual=` names. */
export interface Head {
  readonly address: string | null;
  readonly port: number;
  readonly mark: number | null;
  /** It stands behind `virtual6=`. */
  readonly isSix: boolean;
}
