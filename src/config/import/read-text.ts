/** The text of a configuration file as a value: YAML, or Piranha's lvs.cf as if it were imported. */
import type { Complaints } from "../../keys/complaints.ts";
import { readSource } from "../../keys/source.ts";
import type { Value } from "../../keys/value.ts";
import { importDefaults } from "./imported.ts";
import { printOutline } from "./outline.ts";
import { importPiranha } from "./piranha/convert.ts";
import { isPiranha } from "./piranha/recognise.ts";

/** Undefined where it cannot be read; problems of an lvs.cf name its own lines. */
export const readText = (path: string, text: string, complaints: Complaints): Value | undefined =>
  isPiranha(text) ? readForeign(path, text, complaints) : readSource(path, text, complaints);

function readForeign(path: string, text: string, complaints: Complaints): Value | undefined {
  const imported = importPiranha({ name: path, text }, importDefaults);
  if ("root" in imported) {
    const printed = printOutline(imported.root, []);
    const lines = printed.origins.map((origin) => origin?.line ?? null);
    return readSource(path, printed.text, complaints, lines);
  }
  for (const problem of imported.problems) complaints.add(problem);
  return undefined;
}
