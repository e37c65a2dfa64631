/** An lvs.cf as the YAML that takes its place when lvsd saves it. */
import { rootKeys } from "../../schema/root.ts";
import { importDefaults } from "../imported.ts";
import { printOutline } from "../outline.ts";
import { importPiranha } from "./convert.ts";
import { isPiranha } from "./recognise.ts";

/** Null: the text is none of Piranha's, or Piranha refuses it. */
export function asYaml(path: string, text: string): string | null {
  if (!isPiranha(text)) return null;
  const imported = importPiranha({ name: path, text }, importDefaults);
  if ("problems" in imported) return null;
  const head = ["Saved by lvsd in the place of Piranha's lvs.cf, whose lines are named."];
  return printOutline(imported.root.inOrder(Object.keys(rootKeys)), head).text;
}
