/** A script that runs in a guest under a real systemd, and the facts that it prints: `fact NAME VALUE`. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { before } from "node:test";
import { run } from "./boot.ts";

const root = join(import.meta.dirname, "../../..");

export interface Facts {
  /** What the fact says; fails where the script has not printed it. */
  fact(name: string): string;
  /** Everything that was printed, for the message of a failure. */
  printed(): string;
}

/** Runs `test/lab/SCRIPT` before the tests of this suite, to its end. */
export function factsOf(script: string): Facts {
  const facts = new Map<string, string>();
  const lines: string[] = [];
  const printed = (): string => lines.join("\n");
  before(async () => {
    const { out } = await run({
      argv: ["bash", join(root, "test/lab", script), root],
      project: root,
      limitSeconds: 580,
      ownMachine: true,
      onLine: (line) => {
        lines.push(line);
        const [, name, value = ""] = /^fact ([\w-]+) ?(.*)$/.exec(line) ?? [];
        if (name !== undefined) facts.set(name, value.trim());
      },
    });
    rmSync(out, { recursive: true, force: true });
    assert.ok(facts.has("end"), `${script} did not come to its end:\n${printed()}`);
  });
  return {
    fact: (name) => facts.get(name) ?? assert.fail(`no fact ${name}:\n${printed()}`),
    printed,
  };
}
