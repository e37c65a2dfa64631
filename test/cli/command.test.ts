import assert from "node:assert/strict";
import { test } from "node:test";
import { Command } from "commander";
import { type Asked, declarer, guardOption, jsonOption } from "../../src/cli/command.ts";

/** A program with one command, which remembers how it was asked. */
function program() {
  const asked: Asked<{ json: boolean; yes: boolean }>[] = [];
  const ended: number[] = [];
  const whole = new Command().option("-c, --config <file>").option("--run-dir <dir>", "", "/run/x");
  const declare = declarer(whole, (status) => void ended.push(status));
  const command = declare<{ json: boolean; yes: boolean }>(
    "look",
    "looks at it",
    async (one) => {
      asked.push(one);
      return 3;
    },
    "Twice.",
  );
  guardOption(jsonOption(command.argument("[what]")));
  return { whole, command, asked, ended };
}

test("a command gets its own options apart from those of all commands, and its words", async () => {
  const { whole, asked, ended } = program();
  await whole.parseAsync(["look", "up", "--json", "-c", "/a.yaml"], { from: "user" });
  assert.deepEqual(asked, [
    {
      options: { json: true },
      words: ["up"],
      common: { config: "/a.yaml", runDir: "/run/x" },
    },
  ]);
  assert.deepEqual(ended, [3]);
});

test("without -c there is no file, and an option that is not given is missing", async () => {
  const { whole, asked } = program();
  await whole.parseAsync(["look"], { from: "user" });
  assert.equal(asked[0]?.common.config, null);
  assert.deepEqual(asked[0]?.options, {});
});

test("its help is its summary as a sentence, and what follows it", () => {
  const { command } = program();
  assert.equal(command.summary(), "looks at it");
  assert.equal(command.description(), "Looks at it.\n\nTwice.");
});
