/** The yardstick by itself; what it says of a machine that is slow cannot be made to happen. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { compile } from "../programs/compile.ts";
import { now } from "./clock.ts";
import { waitFor } from "./wait.ts";
import { undisturbed } from "./yardstick.ts";

const restMs = 4;
const stoppedMs = 100;

test("a time in which it did not run is found, and only where it lies", async () => {
  const place = mkdtempSync(path.join(tmpdir(), "lvsd-yardstick-"));
  const child = spawn(compile("yardstick", place), [`${restMs}`], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  try {
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const answer = async (): Promise<string[]> => {
      const { value, done } = await lines.next();
      if (done === true) throw new Error("the yardstick has ended");
      return value === "." ? [] : [value, ...(await answer())];
    };
    const pace = async (from: number, until: number) => {
      child.stdin.write(`pace ${from} ${until}\n`);
      const [slowest = Number.NaN, stillMs = Number.NaN] = (await answer()).map((line) =>
        Number(line.split(" ")[1]),
      );
      return { slowest, stillMs };
    };
    await answer();
    await waitFor("it measures", 5000, async () => (await pace(0, now())).stillMs > 0);
    const began = now();
    child.kill("SIGSTOP");
    await waitFor("a pause is over", 5000, () => now() > began + stoppedMs);
    child.kill("SIGCONT");
    const { slowest, stillMs } = await pace(began, now());
    assert.ok(stillMs > stoppedMs, `it did not run for ${stillMs} ms`);
    assert.ok(slowest >= 1, `no piece is quicker than the quickest: ${slowest}`);
    assert.deepEqual(await pace(0, began - 1000), { slowest: 0, stillMs: 0 });
  } finally {
    const gone = once(child, "exit");
    child.kill();
    await gone;
    rmSync(place, { recursive: true });
  }
});

test("a machine at its speed is distinguished from one that is slow or stands", () => {
  assert.equal(undisturbed({ slowest: 1.8, stillMs: 4.5 }), true);
  assert.equal(undisturbed({ slowest: 13, stillMs: 4.5 }), false);
  assert.equal(undisturbed({ slowest: 1.8, stillMs: 12 }), false);
  assert.equal(undisturbed({ slowest: Number.NaN, stillMs: 4.5 }), false);
});
