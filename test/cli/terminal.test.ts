import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../checkout.ts";

test("what a command writes shows hidden characters, whoever wrote them; colours stay", () => {
  const module = JSON.stringify(join(root, "src/cli/terminal.ts"));
  const text = JSON.stringify("\u001b[31mred\u001b[0m\t\u202ekcab\u200b\u009b\r\n");
  const program = `
    const { processTerminal } = await import(${module});
    const { out, error } = processTerminal(() => {});
    out(${text});
    error(${text});`;
  const child = `${process.execPath} --input-type=module -e "$PROGRAM" 2>&1`;
  const said = execFileSync("sh", ["-c", child], {
    env: { PROGRAM: program },
    encoding: "utf8",
  });
  const line = "\u001b[31mred\u001b[0m\t\\u202ekcab\\u200b\\u009b\\u000d\n";
  assert.equal(said, line + line);
});

test("a command goes on when nobody hears its complaints any more", async () => {
  const module = JSON.stringify(join(root, "src/cli/terminal.ts"));
  const program = `
    const { processTerminal } = await import(${module});
    const { out, error } = processTerminal(() => {});
    await new Promise((resolve) => process.stdin.once("data", resolve));
    error("unheard\\n");
    await new Promise((resolve) => setTimeout(resolve, 50));
    error("unheard again\\n");
    await new Promise((resolve) => setTimeout(resolve, 50));
    out("done\\n");
    process.exit(0);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    env: {},
    stdio: "pipe",
  });
  child.stderr.destroy();
  child.stdin.write("go\n");
  const said: Buffer[] = [];
  child.stdout.on("data", (bytes: Buffer) => said.push(bytes));
  const [status] = await once(child, "close");
  assert.deepEqual([status, Buffer.concat(said).toString()], [0, "done\n"]);
});
