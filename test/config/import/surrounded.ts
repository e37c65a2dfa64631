/** An import with the files that describe the machine around it. */
import assert from "node:assert/strict";
import { parse } from "yaml";
import { importFiles } from "../../../src/config/import/import.ts";
import { importDefaults } from "../../../src/config/import/imported.ts";

export const pair = {
  ...importDefaults,
  primary: { public: "192.0.2.1", private: null },
  backup: { public: "192.0.2.2", private: null },
};

export function read(...files: [name: string, text: string][]) {
  const given = files.map(([name, text]) => ({ name, text }));
  const imported = importFiles(given, null, pair);
  assert.ok("text" in imported, JSON.stringify(imported));
  const said = imported.findings.map(
    ({ kind, origin, subject, text }) =>
      `${kind} ${origin?.file}:${origin?.line} ${subject}: ${text}`,
  );
  return { yaml: parse(imported.text), text: imported.text, said };
}
