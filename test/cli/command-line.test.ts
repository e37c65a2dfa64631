import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { exit } from "../../src/cli/outcome.ts";
import { version } from "../../src/model/version.ts";
import { lvsd, temporary } from "./recorder.ts";

const misuses: readonly (readonly [string, readonly string[], RegExp])[] = [
  ["no command", [], /^Usage: lvsd/],
  ["an unknown command", ["statu"], /^lvsd: unknown command 'statu' \(Did you mean status\?\)\n$/],
  [
    "help for an unknown command",
    ["help", "statu"],
    /^lvsd: unknown command 'statu' \(Did you mean status\?\)\n$/,
  ],
  ["an unknown option", ["status", "--wat"], /^lvsd: unknown option '--wat' .*--watch/],
  ["an argument too many", ["status", "web"], /^lvsd: too many arguments for 'status'/],
  [
    "an option without its value",
    ["plan", "-c"],
    /^lvsd: option '-c, --config <file>' argument missing/,
  ],
];

describe("wrong usage is exit status 2 and one line on stderr", () => {
  for (const [what, words, line] of misuses)
    test(what, async () => {
      const { status, out, error } = await lvsd(words);
      assert.equal(status, 2);
      assert.equal(out, "");
      assert.match(error, line);
    });

  test("with --json also as problems on stdout", async () => {
    const { status, out, error } = await lvsd(["status", "--json", "--nothing"]);
    assert.equal(status, 2);
    assert.match(error, /^lvsd: unknown option '--nothing'/);
    const { ok, problems } = JSON.parse(out);
    assert.equal(ok, false);
    assert.match(problems[0].message, /^unknown option '--nothing'/);
  });
});

test("help and version are exit status 0 on stdout", async () => {
  assert.deepEqual(await lvsd(["--version"]), { status: 0, out: `${version}\n`, error: "" });
  for (const words of [["help"], ["--help"], ["help", "status"], ["status", "--help"]]) {
    const { status, out, error } = await lvsd(words);
    assert.deepEqual([status, error], [0, ""]);
    assert.match(out, /^Usage: lvsd/);
    for (const line of out.split("\n")) assert.ok(line.length <= 100, line);
  }
});

test("the help lists every exit status, as the README does", async () => {
  const { out } = await lvsd(["--help"]);
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
  for (const status of Object.values(exit)) {
    const [, meaning = ""] = new RegExp(`^  ${status}  (.+)$`, "m").exec(out) ?? [];
    assert.notEqual(meaning, "", `status ${status}`);
    assert.match(readme, new RegExp(`^\\| ${status} \\|`, "m"));
  }
});

test("an unreachable daemon is exit status 1, with what to do, for every request", async (t) => {
  const runDir = temporary(t);
  for (const words of [
    ["status"],
    ["events"],
    ["events", "-f"],
    ["plan"],
    ["reload"],
    ["switchover"],
  ]) {
    const { status, out, error } = await lvsd([...words, "--run-dir", runDir]);
    assert.deepEqual([status, out], [1, ""], words.join(" "));
    assert.equal(
      error,
      `lvsd: no daemon answers at ${runDir}/lvsd.sock: there is no such socket; is it running? systemctl status lvsd\n`,
    );
    const json = await lvsd([...words, "--json", "--run-dir", runDir]);
    assert.equal(json.status, 1);
    assert.match(JSON.parse(json.out).problems[0].message, /^no daemon answers/);
  }
});
