import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { MachineError } from "../../../src/model/error.ts";
import { lockDirectory } from "../../../src/system/process/lock.ts";

function directory(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "lvsd-lock-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const isTaken = (thrown: unknown): boolean =>
  thrown instanceof MachineError && /another daemon has .*--run-dir/.test(thrown.message);

test("a directory has one daemon at a time", (t) => {
  const path = directory(t);
  const first = lockDirectory(path);
  assert.throws(() => lockDirectory(path), isTaken);
  lockDirectory(directory(t)).close();
  first.close();
  lockDirectory(path).close();
});

test("a daemon that was killed has given it up, and programs that it started do not keep it", (t) => {
  const path = directory(t);
  const script = `
    const { lockDirectory } = await import(${JSON.stringify(import.meta.resolve("../../../src/system/process/lock.ts"))});
    lockDirectory(process.argv[1]);
    const { spawn } = await import("node:child_process");
    spawn("sleep", ["60"], { detached: true, stdio: "ignore" }).on("spawn", function () {
      console.log(this.pid);
      process.kill(process.pid, "SIGKILL");
    });`;
  const { stdout, signal } = spawnSync(
    process.execPath,
    ["--input-type=module", "-e", script, path],
    { encoding: "utf8" },
  );
  assert.equal(signal, "SIGKILL");
  t.after(() => process.kill(Number(stdout), "SIGKILL"));
  lockDirectory(path).close();
});

test("a directory that is not there says so", (t) => {
  const path = join(directory(t), "none");
  assert.throws(() => lockDirectory(path), /none: cannot be opened: .*ENOENT/);
});
