/** In a process of its own, since the threads of the test runner are the runner's. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";

const module = join(import.meta.dirname, "../../src/system/helper-threads.ts");
/** proc(5), stat: the scheduling policy is field 41, and the name in parentheses is field 2. */
const program = `
  import { readdirSync, readFileSync } from "node:fs";
  import { letHelpersWait } from ${JSON.stringify(module)};
  letHelpersWait();
  const threads = readdirSync("/proc/self/task").map((thread) => {
    const stat = readFileSync("/proc/self/task/" + thread + "/stat", "latin1");
    const [name, fields] = stat.split("(")[1].split(") ");
    return { name, policy: Number(fields.split(" ")[41 - 3]) };
  });
  console.log(JSON.stringify(threads));
`;
const [usual, idle] = [0, 5];

test("what V8 compiles beside the loop waits for everybody; nothing else does", () => {
  const argv = ["--input-type=module", "-e", program];
  const env = { ...process.env, NODE_OPTIONS: "" };
  const threads = JSON.parse(execFileSync(process.execPath, argv, { env, encoding: "utf8" })) as {
    readonly name: string;
    readonly policy: number;
  }[];
  const named = threads.map(({ name }) => name).join(" ");
  assert.ok(named.includes("V8Worker"), `V8's threads are found among ${named}`);
  for (const { name, policy } of threads)
    assert.equal(policy, name === "V8Worker" ? idle : usual, name);
});
