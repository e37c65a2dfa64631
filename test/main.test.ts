/** The program as it is started: exit status, streams, and what it loads. Each start costs time. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { serve } from "./cli/recorder.ts";
import { sampleStatus } from "./control/sample.ts";

const main = join(import.meta.dirname, "../src/main.ts");

interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly error: string;
}

function start(words: readonly string[], nodeOptions: readonly string[] = []) {
  const child = spawn(process.execPath, [...nodeOptions, main, ...words], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let error = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    error += text;
  });
  const ended = new Promise<Ended>((resolve) => {
    child.once("close", (status) => resolve({ status, out, error }));
  });
  return { child, ended };
}

test("the exit status and both streams are those of the command", async (t) => {
  const { runDir } = await serve(t);
  const done = await start(["status", "--json", "--run-dir", runDir]).ended;
  assert.deepEqual([done.status, done.error, JSON.parse(done.out)], [0, "", sampleStatus]);
  const misuse = await start(["statu"]).ended;
  assert.deepEqual([misuse.status, misuse.out], [2, ""]);
  assert.match(misuse.error, /^lvsd: unknown command/);
});

test("a reader that goes away ends the command quietly; so does ^C", async (t) => {
  const { runDir, daemon } = await serve(t);
  const piped = start(["events", "-f", "--run-dir", runDir]);
  piped.child.stdout.once("data", () => {
    piped.child.stdout.destroy();
    for (const event of [...daemon.known]) daemon.happen(event);
  });
  assert.deepEqual([(await piped.ended).status, (await piped.ended).error], [0, ""]);

  const watching = start(["events", "-f", "--run-dir", runDir]);
  watching.child.stdout.once("data", () => watching.child.kill("SIGINT"));
  assert.deepEqual([(await watching.ended).status, (await watching.ended).error], [0, ""]);
});

test("lvsd status loads nothing that only the daemon needs", async (t) => {
  const { runDir } = await serve(t);
  const listing = "data:text/javascript,".concat(
    encodeURIComponent(`
      import { registerHooks } from "node:module";
      registerHooks({
        load(url, context, next) { console.error(url); return next(url, context); },
      });
    `),
  );
  const { error } = await start(["status", "--run-dir", runDir], ["--import", listing]).ended;
  assert.match(error, /src\/cli\/status\.ts/);
  for (const heavy of ["undici", "execa", "koffi", "pino", "yaml", "p-limit", "src/daemon"])
    assert.doesNotMatch(error, new RegExp(`/${heavy}/`), heavy);
});
