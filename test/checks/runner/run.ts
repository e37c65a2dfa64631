/** A runner of commands at a socket of its own. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { CommandRun } from "../../../src/checks/program/unprivileged.ts";
import { startRunner } from "../../../src/checks/runner/server.ts";

export const shell = (script: string, changes: Partial<CommandRun> = {}): CommandRun => ({
  command: "/bin/sh",
  args: ["-c", script],
  environment: {},
  signal: AbortSignal.timeout(10_000),
  ...changes,
});

export async function runner(t: TestContext): Promise<string> {
  const place = mkdtempSync(join(tmpdir(), "lvsd-runner-"));
  const path = join(place, "sock");
  const server = await startRunner({ path });
  t.after(() => {
    server.close();
    rmSync(place, { recursive: true, force: true });
  });
  return path;
}
