/** How the tests of importers look for a finding or a problem. */
import assert from "node:assert/strict";

/** Among these lines is one that fits. */
export function includes(lines: readonly string[], wanted: RegExp): void {
  assert.ok(
    lines.some((one) => wanted.test(one)),
    lines.join("\n"),
  );
}
