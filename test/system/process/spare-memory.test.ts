/** In a process of its own, since the test runner's memory is anybody's. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { giveBackNowAndThen } from "../../../src/system/process/spare-memory.ts";

const module = join(import.meta.dirname, "../../../src/system/process/spare-memory.ts");
/** Many small pieces of malloc(3); those that stay lie among those that go. */
const program = `
  import { giveBackSpareMemory } from ${JSON.stringify(module)};
  const mebibytes = () => process.memoryUsage.rss() / 2 ** 20;
  let pieces = Array.from({ length: 30_000 }, () => new Uint8Array(2000).fill(1));
  pieces = pieces.filter((_, index) => index % 100 === 0);
  gc();
  const before = mebibytes();
  giveBackSpareMemory();
  console.log(Math.round(before - mebibytes()), pieces.length);
`;

test("what was freed between pieces that stay goes back to the kernel", () => {
  const argv = ["--expose-gc", "--single-threaded-gc", "--input-type=module", "-e", program];
  const env = { ...process.env, MALLOC_ARENA_MAX: "1", NODE_OPTIONS: "" };
  const [freed = 0, kept] = execFileSync(process.execPath, argv, { env, encoding: "utf8" })
    .split(" ")
    .map(Number);
  assert.equal(kept, 300);
  assert.ok(freed >= 30, `${freed} MiB of 57`);
});

test("it is given back less and less often, but every ten minutes, until that is ended", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let given = 0;
  const end = giveBackNowAndThen(() => {
    given += 1;
  });
  const after = (seconds: number): number => {
    for (let passed = 0; passed < seconds; passed += 1) t.mock.timers.tick(1000);
    return given;
  };
  assert.deepEqual([9, 1, 20, 40, 80, 160, 320].map(after), [0, 1, 2, 3, 4, 5, 6]);
  assert.deepEqual([599, 1, 600].map(after), [6, 7, 8]);
  end();
  assert.equal(after(1000), 8);
});
