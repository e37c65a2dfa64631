import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { FileCheck } from "../../../src/config/config.ts";
import { loopback, tcpCheck, tryOnce } from "../servers.ts";

const { interval, timeout, fall, rise } = tcpCheck();
const rhythm = { interval, timeout, fall, rise };

describe("a file check", () => {
  const directory = mkdtempSync(join(tmpdir(), "lvsd-file-"));
  const path = join(directory, "state");
  const judged = async (content: string | null, changes: Partial<FileCheck> = {}) => {
    if (content !== null) writeFileSync(path, content);
    const check: FileCheck = {
      ...rhythm,
      type: "file",
      file: path,
      number: "status",
      expect: null,
      regex: false,
      ...changes,
    };
    const tried = await tryOnce(check, { address: loopback, port: 1 });
    if (tried.kind === "failed") return `${tried.reason}: ${tried.why}`;
    return tried.weight === undefined ? "passed" : `weight ${tried.weight}`;
  };

  it("passes the number 0 and fails any other", async () => {
    assert.equal(await judged("0\n"), "passed");
    assert.equal(await judged("3\n"), "unexpected: 0 expected, the file has 3");
    assert.equal(await judged("-1"), "unexpected: 0 expected, the file has -1");
    for (const content of ["", "up", "0 0", "0x0"])
      assert.match(await judged(content), /^unexpected: a whole number expected, the file has "/);
  });

  it("takes the number for a weight", async () => {
    const weight = { number: "weight" } as const;
    assert.equal(await judged("0", weight), "weight 0");
    assert.equal(await judged("65535\n", weight), "weight 65535");
    assert.match(await judged("65536", weight), /^unexpected: a weight of 0 to 65535 expected/);
    assert.match(await judged("-1", weight), /^unexpected: a weight/);
  });

  it("looks for a text or a pattern", async () => {
    assert.equal(await judged("all OK", { expect: "OK" }), "passed");
    assert.equal(await judged("no", { expect: "OK" }), 'unexpected: the file has "no"');
    assert.equal(await judged("OK", { expect: "^O.$", regex: true }), "passed");
  });

  it("takes a file that cannot be read for this machine's own trouble, and never waits for one", async () => {
    assert.equal(await judged("0"), "passed");
    rmSync(path);
    assert.equal(await judged(null), `local: file ${path}: ENOENT`);
    assert.match(await judged(null, { file: directory }), /^local: .*: it is no file$/);
    const pipe = join(directory, "pipe");
    execFileSync("mkfifo", [pipe]);
    assert.match(await judged(null, { file: pipe }), /^local: .*: it is no file$/);
    assert.match(
      await judged("0".repeat(65_537)),
      /^too-long: the file is longer than 65536 bytes$/,
    );
    rmSync(directory, { recursive: true });
  });
});
