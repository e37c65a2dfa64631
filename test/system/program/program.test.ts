import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { MachineError } from "../../../src/model/error.ts";
import { ms } from "../../../src/model/time.ts";
import {
  findProgram,
  keepProgram,
  runProgram,
  systemPath,
} from "../../../src/system/program/program.ts";
import { eventually, scripts } from "../scripts.ts";

const soon = ms(5000);

const failure = async (running: Promise<unknown>): Promise<string> => {
  const thrown = await running.then(
    () => assert.fail("it was to fail"),
    (error: unknown) => error,
  );
  assert.ok(thrown instanceof MachineError, String(thrown));
  return thrown.message;
};

test("a program's output is read whole, with its input given and the C locale alone", async (t) => {
  const path = scripts(t, {
    talk: 'echo "got $(cat) args $*"; echo oops >&2; env | grep -c . ; echo "$LC_ALL"',
    long: "seq 1 200000",
  });
  const output = await runProgram({
    file: "talk",
    args: ["a b", "c"],
    deadline: soon,
    input: "in",
    path,
  });
  assert.match(output.stdout, /^got in args a b c\n/);
  assert.match(output.stdout, /\nC\n$/);
  assert.equal(output.stderr, "oops\n");
  const long = await runProgram({ file: "long", args: [], deadline: soon, path });
  assert.equal(long.stdout.split("\n").length, 200_001);
});

test("a missing program is named, with where it was looked for", async () => {
  const message = await failure(runProgram({ file: "nosuch", args: [], deadline: soon }));
  assert.equal(message, `nosuch: no such program in ${systemPath}; install it`);
});

test("a failing program is reported with its status and its first line on stderr", async (t) => {
  const path = scripts(t, { fail: 'echo; echo "first" >&2; echo "second" >&2; exit 3' });
  const message = await failure(runProgram({ file: "fail", args: ["-x"], deadline: soon, path }));
  assert.equal(message, "fail -x: ended with status 3: first");
});

test("a program that a signal ends is reported with the signal", async (t) => {
  const path = scripts(t, { die: "kill -TERM $$" });
  const message = await failure(runProgram({ file: "die", args: [], deadline: soon, path }));
  assert.equal(message, "die: was ended by SIGTERM");
});

test("a hanging program is killed at its deadline together with what it has started", async (t) => {
  const path = scripts(t, { hang: "sleep 60 & echo $! > $here/child; echo waiting >&2; wait" });
  const begin = performance.now();
  const message = await failure(runProgram({ file: "hang", args: [], deadline: ms(300), path }));
  assert.equal(message, "hang: gave no answer within 300 ms: waiting");
  assert.ok(performance.now() - begin < 2000, "the deadline holds");
  const child = readFileSync(join(path, "child"), "utf8").trim();
  await eventually("the grandchild is gone", () => {
    const status = `/proc/${child}/status`;
    return !existsSync(status) || /^State:\tZ/m.test(readFileSync(status, "utf8"));
  });
});

test("a program that is stopped before its deadline ends with what it has started", async (t) => {
  const path = scripts(t, { hang: "sleep 60 & echo $! > $here/child; echo waiting >&2; wait" });
  const stop = new AbortController();
  const run = { file: "hang", args: [], deadline: ms(30_000), stopped: stop.signal, path };
  const ended = failure(runProgram(run));
  await eventually("it waits", () => existsSync(join(path, "child")));
  stop.abort();
  assert.match(await ended, /^hang: was interrupted/);
  assert.match(
    await failure(runProgram(run)),
    /^hang: was interrupted/,
    "and does not begin again",
  );
});

test("a grandchild that left the group cannot hold the result back", async (t) => {
  const path = scripts(t, { leave: "setsid sleep 3 & sleep 60" });
  const begin = performance.now();
  const message = await failure(runProgram({ file: "leave", args: [], deadline: ms(200), path }));
  assert.equal(message, "leave: gave no answer within 200 ms");
  assert.ok(performance.now() - begin < 2000, "the deadline holds");
});

test("output beyond its limit ends the program", async (t) => {
  const path = scripts(t, { flood: "yes", drip: "head -c 1000 /dev/zero" });
  const limit = { args: [], deadline: soon, outputBytesMax: 1000, path };
  assert.equal((await runProgram({ file: "drip", ...limit })).stdout.length, 1000);
  const message = await failure(runProgram({ file: "flood", ...limit }));
  assert.equal(message, "flood: wrote more than 1000 bytes");
});

test("a kept program reads and answers line by line, and its end is reported once", async (t) => {
  const path = scripts(t, {
    echoes: 'while read -r line; do echo "out $line"; echo "err $line" >&2; done; exit 4',
  });
  const lines: string[] = [];
  const ends: string[] = [];
  const kept = keepProgram({
    file: "echoes",
    args: [],
    path,
    onLine: (line, stream) => lines.push(`${stream}: ${line}`),
    onEnd: (why) => ends.push(why),
  });
  assert.equal(kept.alive, true);
  kept.write("one\ntwo\n");
  await eventually("four lines", () => lines.length === 4);
  assert.deepEqual(
    lines.filter((line) => line.startsWith("stdout")),
    ["stdout: out one", "stdout: out two"],
  );
  kept.kill();
  await kept.ended;
  kept.write("three\n");
  kept.kill();
  assert.equal(kept.alive, false);
  assert.deepEqual(ends, ["echoes was ended by SIGKILL: err two"]);
});

test("a kept program that ends by itself is reported with its last words", async (t) => {
  const path = scripts(t, { end: 'read -r line; echo "no such thing: $line" >&2; exit 2' });
  let end = "";
  const kept = keepProgram({
    file: "end",
    args: [],
    path,
    onLine: () => {},
    onEnd: (why) => (end = why),
  });
  kept.write("x\n");
  await kept.ended;
  assert.equal(end, "end ended with status 2: no such thing: x");
});

test("programs are looked for in the given directories only", (t) => {
  const path = scripts(t, { here: "true" });
  assert.equal(findProgram("here", `/nowhere:${path}`), join(path, "here"));
  assert.equal(findProgram("here"), null);
});
