/** A router without a configuration. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { Journal } from "../../../../../src/daemon/journal.ts";
import { unconfigured } from "../../../../../src/daemon/unconfigured/unconfigured.ts";

export const sound =
  "routers: { primary: { public: 192.0.2.9 } }\nvips: [{ address: 192.0.2.10/24, device: eth0 }]\n";

export const faulty = "routers: nowhere\n";

export function place(t: TestContext): { readonly dir: string; readonly path: string } {
  const dir = mkdtempSync(join(tmpdir(), "lvsd-unconfigured-"));
  t.after(() => rmSync(dir, { recursive: true }));
  return { dir, path: join(dir, "lvsd.yaml") };
}

export function router(path: string) {
  const events: string[] = [];
  let starts = 0;
  const began = Promise.withResolvers<void>();
  const controlled = unconfigured({
    path,
    problems: null,
    wallClock: () => "2026-01-01T00:00:00.000Z",
    journal: new Journal(
      (event) => events.push(`${event.event} ${event.kind}`),
      () => "2026-01-01T00:00:00.000Z",
    ),
    configuredBefore: () => false,
    configured: () => {
      starts += 1;
      began.resolve();
    },
  });
  return { controlled, events, began: began.promise, starts: () => starts };
}
