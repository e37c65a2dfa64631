/** The commands that store a configuration; the daemon behind the socket is scripted. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { guarded, invalidFile, sampleSave } from "../../control/sample.ts";
import { lvsd, serve } from "../recorder.ts";
import { text } from "./saved.ts";

describe("lvsd apply", { timeout: 20_000 }, () => {
  test("hands the file's text over and says where it was stored", async (t) => {
    const { runDir, daemon } = await serve(t);
    const file = join(runDir, "next.yaml");
    writeFileSync(file, text);
    const { status, out } = await lvsd(["apply", file, "--yes", "--run-dir", runDir]);
    assert.equal(status, 0);
    assert.match(out, /^serial 8 stored on both routers\n4 changes made/);
    assert.deepEqual([daemon.texts, daemon.forced], [[text], [true]]);
    const json = await lvsd(["apply", file, "--json", "--run-dir", runDir]);
    assert.deepEqual(JSON.parse(json.out), sampleSave);
    assert.deepEqual(daemon.forced, [true, false]);
  });

  test("takes a configuration that is larger than other requests may be", async (t) => {
    const { runDir, daemon } = await serve(t);
    const file = join(runDir, "next.yaml");
    // Characters of two to four bytes, which the pieces that arrive cut in two.
    const large = `${text}#${"\u00e9\u20ac\u{1f600}".repeat(50_000)}\n`;
    writeFileSync(file, large);
    assert.equal((await lvsd(["apply", file, "--run-dir", runDir])).status, 0);
    assert.ok(daemon.texts[0] === large, "the text is the file's, character by character");
  });

  test("reports the problems with the name of the file that was given", async (t) => {
    const { runDir, daemon } = await serve(t);
    const file = join(runDir, "next.yaml");
    writeFileSync(file, text);
    daemon.saved = async () => invalidFile;
    const { status, error } = await lvsd(["apply", file, "--run-dir", runDir]);
    assert.equal(status, 2);
    assert.ok(error.startsWith(`lvsd: ${file}:12:15: heartbeat.dead_after`), error);
    daemon.saved = async () => guarded;
    assert.equal((await lvsd(["apply", file, "--run-dir", runDir])).status, 1);
  });

  test("ends with 2 where there is no such file", async (t) => {
    const { runDir, daemon } = await serve(t);
    const { status, error } = await lvsd(["apply", join(runDir, "none"), "--run-dir", runDir]);
    assert.deepEqual([status, daemon.texts], [2, []]);
    assert.match(error, /none: there is no such file/);
  });
});

describe("lvsd sync and lvsd config", { timeout: 20_000 }, () => {
  test("sync reports what the peer was given", async (t) => {
    const { runDir } = await serve(t);
    const { status, out } = await lvsd(["sync", "--run-dir", runDir]);
    assert.deepEqual([status, out], [0, "serial 8 given to the peer\n"]);
  });
});
