/** What an import makes of a file's mail. */
import assert from "node:assert/strict";
import { parse } from "yaml";
import { importFiles } from "../../../src/config/import/import.ts";
import { importDefaults } from "../../../src/config/import/imported.ts";

export function imported(name: string, text: string) {
  const result = importFiles([{ name, text }], null, importDefaults);
  assert.ok("text" in result, JSON.stringify(result));
  const subjects = ["notification_email", "emailalert"];
  const about = result.findings.filter(({ subject }) =>
    subjects.includes(subject.split("=")[0] ?? ""),
  );
  return {
    mail: parse(result.text).notify?.mail,
    told: about.map((one) => `${one.kind}: ${one.text}`),
  };
}
