import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../checkout.ts";

test("what a command writes shows hidden characters, whoever wrote them; colours stay", () => {
  const module = JSON.stringify(join(root, "src/cli/terminal.ts"));
  const text = JSON.stringify("\u001b[31mred\u001b[0m\t\u202ekcab\u200b\u009b\r\n");
  const program = `
    const { processTerminal } = await import(${module});
    const { out, error } = processTerminal(() => {});
    out(${text});
    error(${text});`;
  const child = `${process.execPath} --input-type=module -e "$PROGRAM" 2>&1`;
  const said = execFileSync("sh", ["-c", child], {
    env: { PROGRAM: program },
    encoding: "utf8",
  });
  const line = "\u001b[31mred\u001b[0m\t\\u202ekcab\\u200b\\u009b\\u000d\n";
  assert.equal(said, line + line);
});
