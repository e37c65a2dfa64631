/** What a command says while the daemon has not answered yet. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { saidWhileWaiting, waitsForBoth, waitsForJudgement } from "../../src/cli/patience.ts";
import { ms } from "../../src/model/time.ts";
import { lvsd, Recorder, serve } from "./recorder.ts";

test("an answer that takes long is waited for with a word, once, and one in time without", async () => {
  const terminal = new Recorder();
  const answer = Promise.withResolvers<number>();
  const asked = saidWhileWaiting(answer.promise, terminal, "still waiting", ms(1));
  await new Promise<void>((resolve) => {
    terminal.heard = resolve;
  });
  answer.resolve(7);
  assert.deepEqual([await asked, terminal.errorText], [7, "lvsd: still waiting\n"]);

  const quiet = new Recorder();
  const failing = saidWhileWaiting(
    Promise.reject(new Error("gone")),
    quiet,
    "still waiting",
    ms(1),
  );
  await assert.rejects(failing, /gone/);
  assert.equal(quiet.errorText, "");
});

for (const [command, text] of [
  ["plan", waitsForJudgement],
  ["sync", waitsForBoth],
] as const)
  test(`lvsd ${command} says what it waits for`, { timeout: 20_000 }, async (t) => {
    const { runDir, daemon } = await serve(t);
    const terminal = new Recorder();
    const said = new Promise<void>((resolve) => {
      terminal.heard = resolve;
    });
    // The answer comes once the word is out, and not before.
    const { planned, saved } = daemon;
    daemon.planned = () => said.then(planned);
    daemon.saved = () => said.then(saved);
    const { status, error } = await lvsd([command, "--run-dir", runDir], terminal);
    assert.deepEqual([status, error], [0, `lvsd: ${text}\n`]);
  });
