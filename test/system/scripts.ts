/** Fixture programs: scripts put into a directory of their own that stands in for the search path. */
export { eventually } from "../eventually.ts";

import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

/** A directory with one executable bash script per entry; removed after the test. */
export function scripts(t: TestContext, files: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(tmpdir(), "lvsd-doors-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  for (const [name, body] of Object.entries(files)) install(directory, name, body);
  return directory;
}

/** Puts or replaces one script. `$here` is the directory: the daemon's environment has nothing else. */
export function install(directory: string, name: string, body: string): void {
  const text = `#!/bin/bash\nhere=\${0%/*}\nPATH=/usr/bin:/bin\n${body}\n`;
  const file = join(directory, name);
  writeFileSync(file, text);
  chmodSync(file, 0o755);
}

/** Whether a process runs; one that is dead and that nobody has asked about yet does not. */
export function runs(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
