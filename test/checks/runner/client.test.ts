import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { throughRunner } from "../../../src/checks/runner/client.ts";
import { runner, shell } from "./run.ts";

describe("a command for the runner", () => {
  it("runs while many others do", async (t) => {
    const run = throughRunner(await runner(t));
    const ends = await Promise.all(
      Array.from({ length: 60 }, (_, index) => run(shell(`echo ${index}`))),
    );
    assert.deepEqual(
      ends.map((end) => end.kind === "ended" && Number(end.output)),
      Array.from({ length: 60 }, (_, index) => index),
    );
  });

  it("is not started, with the reason, where no runner listens or it ends in between", async (t) => {
    const nowhere = await throughRunner("/nowhere/sock")(shell("exit 0"));
    assert.match(
      nowhere.kind === "not-started" ? nowhere.why.message : "",
      /^the runner of commands at \/nowhere\/sock: .*ENOENT/,
    );
    const place = mkdtempSync(join(tmpdir(), "lvsd-runner-"));
    t.after(() => rmSync(place, { recursive: true }));
    const { createServer } = await import("node:net");
    const path = join(place, "sock");
    const dying = createServer((socket) => socket.end("{"));
    await new Promise<void>((resolve) => dying.listen(path, resolve));
    t.after(() => dying.close());
    const ended = await throughRunner(path)(shell("exit 0"));
    assert.match(ended.kind === "not-started" ? ended.why.message : "", /without an answer/);
  });
});
