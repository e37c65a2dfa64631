/** Attacks on the rule for whose program it is, by whoever may write somewhere above it. */
import assert from "node:assert/strict";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { notRootsIn } from "../../../src/system/program/executables.ts";

/** Files of root's need root; below /run, since everybody may write to /tmp. */
const isRoot = process.geteuid?.() === 0;
const program = "#!/bin/sh\n";

function commands(t: TestContext): { readonly top: string; readonly directory: string } {
  const top = mkdtempSync("/run/lvsd-executables-");
  t.after(() => rmSync(top, { recursive: true }));
  chmodSync(top, 0o755);
  const directory = join(top, "lvsd/commands");
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "ask"), program, { mode: 0o755 });
  return { top, directory };
}

describe("a program of root's", { skip: !isRoot && "needs root" }, () => {
  it("is one in the directory, or further down", (t) => {
    const { directory } = commands(t);
    assert.equal(notRootsIn(directory, join(directory, "ask")), null);
    mkdirSync(join(directory, "more"));
    writeFileSync(join(directory, "more/ask"), program, { mode: 0o755 });
    assert.equal(notRootsIn(directory, join(directory, "more/ask")), null);
  });

  const attacks: [string, (at: { top: string; directory: string }) => void, RegExp][] = [
    [
      "a directory above that another user owns",
      ({ top }) => chownSync(join(top, "lvsd"), 65534, 65534),
      /\/lvsd is not owned by root$/,
    ],
    [
      "a directory above that a group may write to",
      ({ top }) => chmodSync(top, 0o775),
      /may be written to by others/,
    ],
    [
      "a link in the place of the directory",
      ({ top, directory }) => {
        rmSync(directory, { recursive: true });
        symlinkSync("/usr/bin", directory);
        symlinkSync("/usr/bin", join(top, "ask"));
      },
      /\/commands is a link$/,
    ],
    [
      "a link in the place of the program",
      ({ directory }) => {
        rmSync(join(directory, "ask"));
        symlinkSync("/bin/sh", join(directory, "ask"));
      },
      /\/ask is a link$/,
    ],
    [
      "a program that everybody may write",
      ({ directory }) => chmodSync(join(directory, "ask"), 0o777),
      /may be written to/,
    ],
    [
      "another user's program",
      ({ directory }) => chownSync(join(directory, "ask"), 65534, 0),
      /is not owned by root/,
    ],
    [
      "a file that is no program",
      ({ directory }) => chmodSync(join(directory, "ask"), 0o644),
      /not executable/,
    ],
    ["a file that is gone", ({ directory }) => rmSync(join(directory, "ask")), /no such file/],
  ];
  for (const [what, attack, why] of attacks)
    it(`is not ${what}`, (t) => {
      const at = commands(t);
      attack(at);
      assert.match(notRootsIn(at.directory, join(at.directory, "ask")) ?? "", why);
    });

  it("is not one outside, whichever way the path takes", (t) => {
    const { directory } = commands(t);
    for (const path of ["/bin/sh", `${directory}/../../../../bin/sh`, `${directory}x/ask`])
      assert.match(notRootsIn(directory, path) ?? "", /does not lie in/);
  });
});
