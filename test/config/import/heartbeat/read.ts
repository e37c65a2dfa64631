/** Files of Heartbeat and Pacemaker, imported. */
import assert from "node:assert/strict";
import { parse } from "yaml";
import { importFiles } from "../../../../src/config/import/import.ts";
import { importDefaults } from "../../../../src/config/import/imported.ts";

export const read = (...files: [string, string][]) => {
  const result = importFiles(
    files.map(([name, text]) => ({ name, text })),
    null,
    importDefaults,
  );
  assert.ok("text" in result, JSON.stringify(result));
  assert.equal(result.from, "heartbeat");
  return { ...result, yaml: parse(result.text) };
};
