/** The first refusal of a text, and a value that was read. */
import { readStatements } from "../../../../src/config/import/piranha/statements.ts";

export const first = (text: string): string | null => {
  const [wrong] = readStatements(text, false).wrong;
  return wrong === undefined ? null : `${wrong.line}:${wrong.column}: ${wrong.message}`;
};

export const value = (text: string, key = "debug_level"): string | undefined =>
  readStatements(text, false).root.values.get(key)?.text;
