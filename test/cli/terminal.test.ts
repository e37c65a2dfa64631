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

/** A command that waits to be stopped, and then for a line on stdin; what it said, how it ended. */
async function stoppedTwice(again: string): Promise<readonly [unknown, unknown, string]> {
  const module = JSON.stringify(join(root, "src/cli/terminal.ts"));
  const program = `
    const { processTerminal } = await import(${module});
    const terminal = processTerminal(() => {});
    const stopped = terminal.untilStopped(${again});
    stopped.addEventListener("abort", () => terminal.out("going back\\n"));
    terminal.out("ready\\n");
    process.stdin.once("data", () => { terminal.out("done\\n"); process.exit(3); });`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: "pipe" });
  let said = "";
  const hears = async (word: string): Promise<void> => {
    while (!said.includes(word) && child.exitCode === null && child.signalCode === null)
      await Promise.race([once(child.stdout, "data"), once(child, "exit")]);
  };
  child.stdout.on("data", (bytes: Buffer) => {
    said += bytes.toString();
  });
  await hears("ready");
  child.kill("SIGINT");
  await hears("going back");
  child.kill("SIGINT");
  await hears("in a moment");
  child.kill("SIGINT");
  await hears("in a moment\nin a moment");
  if (child.exitCode === null && child.signalCode === null) child.stdin.write("go\n");
  if (child.exitCode === null && child.signalCode === null) await once(child, "close");
  return [child.exitCode, child.signalCode, said];
}

test("a second ^C ends a command that does not say otherwise", async () => {
  assert.deepEqual(await stoppedTwice(""), [null, "SIGINT", "ready\ngoing back\n"]);
});

test("a command that goes back first is not ended by a second ^C, nor by a third", async () => {
  const said = "ready\ngoing back\nin a moment\nin a moment\ndone\n";
  const again = '() => terminal.out("in a moment\\n")';
  assert.deepEqual(await stoppedTwice(again), [3, null, said]);
});
