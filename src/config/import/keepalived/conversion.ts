/** What the parts of the conversion of keepalived.conf share: values, findings, names. */
import { isIP } from "node:net";
import type { Findings, ImportOptions } from "../imported.ts";
import type { MapNode } from "../outline.ts";
import type { Surroundings } from "../surroundings.ts";
import { lastOf, type Statement } from "./statements.ts";

export interface Conversion {
  readonly root: MapNode;
  /** What stands in no block, of the file whose virtual servers are taken. */
  readonly top: readonly Statement[];
  readonly findings: Findings;
  readonly options: ImportOptions;
  readonly around: Surroundings;
  /** `bfd_instance` blocks by name. */
  readonly bfd: ReadonlyMap<string, Statement>;
}

/** Finds in a block, then in the blocks around it. */
export type Layers = readonly (readonly Statement[])[];

export function inherited(layers: Layers, ...keywords: readonly string[]): Statement | undefined {
  for (const layer of layers) {
    const found = lastOf(layer, ...keywords);
    if (found !== undefined) return found;
  }
  return undefined;
}

const withoutValue = "it has no value: keepalived does not start with such a file";

/**
 * Seconds of a time value. A unit behind it is taken by keepalived for digits of a fraction, so
 * that `10s` is 10 microseconds: read here as it was meant, and said.
 */
export function secondsOf(
  statement: Statement | undefined,
  otherwise: number,
  findings: Findings,
): number {
  if (statement === undefined) return otherwise;
  const [written = ""] = statement.words;
  if (statement.words.length === 0) {
    findings.add("suspicious", statement.origin, statement.keyword, withoutValue);
    return otherwise;
  }
  const match = /^(\d{1,7}(?:\.\d{1,6})?)(.*)$/.exec(written);
  if (match === null) {
    const text = `${quoted(written)} is no time: keepalived keeps its default`;
    findings.add("changed", statement.origin, statement.keyword, text);
    return otherwise;
  }
  const [, digits = "0", tail = ""] = match;
  const unit = { "": 1, s: 1, ms: 0.001, m: 60 }[tail.toLowerCase()];
  if (tail !== "") {
    const text = `${quoted(written)}: keepalived takes the unit for digits, which makes microseconds; read as it was meant`;
    findings.add("suspicious", statement.origin, statement.keyword, text);
  }
  return Number(digits) * (unit ?? 1);
}

/** A whole number; trailing garbage is dropped, as keepalived does. */
export function numberOf(
  statement: Statement | undefined,
  range: { readonly min: number; readonly max: number },
  findings: Findings,
): number | undefined {
  if (statement === undefined) return undefined;
  const [written = ""] = statement.words;
  if (statement.words.length === 0) {
    findings.add("suspicious", statement.origin, statement.keyword, withoutValue);
    return undefined;
  }
  const match = /^(-?\d{1,12})(.*)$/.exec(written);
  const number = match === null ? Number.NaN : Number(match[1]);
  if (!(number >= range.min && number <= range.max)) {
    const text = `${quoted(written)} is not within ${range.min} to ${range.max}: keepalived ignores it`;
    findings.add("changed", statement.origin, statement.keyword, text);
    return undefined;
  }
  if (match?.[2] !== "") {
    const text = `${quoted(written)} is read as ${number}`;
    findings.add("changed", statement.origin, statement.keyword, text);
  }
  return number;
}

/** A flag without a word is true. */
export function isOn(statement: Statement | undefined): boolean {
  if (statement === undefined) return false;
  return !["off", "false", "no"].includes(statement.words[0] ?? "on");
}

/** `6s`, `250ms`. */
export const duration = (seconds: number): string =>
  Number.isInteger(seconds) ? `${seconds}s` : `${Math.max(1, Math.round(seconds * 1000))}ms`;

export const quoted = (text: string): string => JSON.stringify(text.slice(0, 60));

export const isAddress = (text: string): boolean => isIP(text) !== 0;

/** 0: none is written, which means all ports or the virtual server's; null: it is no port. */
export function portOf(written: string | undefined): number | null {
  if (written === undefined) return 0;
  const port = /^\d{1,5}$/.test(written) ? Number(written) : -1;
  return port >= 0 && port <= 65_535 ? port : null;
}
