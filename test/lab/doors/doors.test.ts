/** The doors against the real kernel: one lab runs what the files real-*.ts promise. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { run } from "../guest/boot.ts";

const project = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, "");

test("the doors do on a real kernel what they promise", async (t) => {
  const lines: string[] = [];
  const { status } = await run({
    argv: [
      process.execPath,
      "--test",
      "--test-reporter=spec",
      "--test-concurrency=1",
      ...["addresses", "sources", "intake", "flows", "syns", "table", "time"].map(
        (what) => `test/lab/doors/real-${what}.ts`,
      ),
    ],
    project,
    limitSeconds: 180,
    onLine: (line) => lines.push(line),
  });
  for (const line of lines)
    if (/^ℹ (?!suites|todo|cancelled|skipped)/.test(line)) t.diagnostic(line);
  assert.equal(status, 0, lines.join("\n"));
  assert.ok(
    lines.some((line) => /^ℹ pass [1-9]/.test(line)),
    lines.join("\n"),
  );
});
