import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { MachineError } from "../../../src/model/error.ts";
import { checkImage, ownImage } from "../../../src/system/process/process-image.ts";

describe("a process that starts anew in its own place", () => {
  it("keeps its number, its arguments and its output", (t) => {
    const directory = mkdtempSync(join(tmpdir(), "lvsd-anew-"));
    t.after(() => rmSync(directory, { recursive: true }));
    const image = join(import.meta.dirname, "../../../src/system/process/process-image.ts");
    const script = join(directory, "program.ts");
    writeFileSync(
      script,
      `import { becomeAnew, ownImage } from ${JSON.stringify(image)};
       console.log(process.pid, ...process.argv.slice(2));
       if (process.env.SECOND === undefined) {
         process.env.SECOND = "yes";
         becomeAnew(ownImage());
       }`,
    );
    const [first, second, ...rest] = execFileSync(process.execPath, [script, "one", "two words"], {
      encoding: "utf8",
      env: {},
    })
      .trim()
      .split("\n");
    assert.match(first ?? "", /^\d+ one two words$/);
    assert.equal(second, first);
    assert.deepEqual(rest, []);
  });

  it("prefers the launcher, which knows what is installed now", () => {
    const { file, args } = ownImage({ LVSD_LAUNCHER: "/usr/sbin/lvsd" });
    assert.deepEqual([file, args[0]], ["/usr/sbin/lvsd", "/usr/sbin/lvsd"]);
  });

  it("is refused beforehand where nothing could be started", () => {
    checkImage(ownImage({}));
    assert.throws(() => checkImage({ file: "/nowhere/lvsd", args: [] }), MachineError);
  });
});
