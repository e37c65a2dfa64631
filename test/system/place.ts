/** A directory of a test's own, gone with the test. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

export function placeFor(t: TestContext): string {
  const place = mkdtempSync(join(tmpdir(), "lvsd-test-"));
  t.after(() => rmSync(place, { recursive: true, force: true }));
  return place;
}
