import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { runCommandLine } from "../../../src/cli/command-line.ts";
import { Recorder } from "../recorder.ts";

const whole = `primary = 192.0.2.1
network = direct
virtual mail {
  active = 1
  address = 192.0.2.10 eth0:1
  vip_nmask = 255.255.255.0
  port = 25
  server one {
    address = 192.0.2.21
    active = 1
  }
}
`;

function place(t: TestContext, text: string): { dir: string; file: string } {
  const dir = mkdtempSync(join(tmpdir(), "lvsd-import-"));
  t.after(() => rmSync(dir, { recursive: true }));
  const file = join(dir, "lvs.cf");
  writeFileSync(file, text);
  return { dir, file };
}

async function run(...words: string[]) {
  const terminal = new Recorder();
  const status = await runCommandLine(["import", ...words], terminal, {});
  return { status, out: terminal.outText, error: terminal.errorText };
}

test("all carried over: status 0, the configuration on stdout", async (t) => {
  const { file } = place(t, whole);
  const { status, out } = await run(file);
  assert.equal(status, 0);
  assert.match(out, /one: \{ address: 192\.0\.2\.21, weight: 1 \} # lvs\.cf:8/);
});

test("something suspicious: status 3, and --strict writes nothing", async (t) => {
  const { dir, file } = place(
    t,
    `${whole}virtual empty {\n  active = 1\n  address = 192.0.2.11 eth0:2\n}\n`,
  );
  const output = join(dir, "lvsd.yaml");
  assert.equal((await run(file, "--strict", "-o", output)).status, 3);
  assert.throws(() => readFileSync(output));
  const { status, error } = await run(file, "-o", output);
  assert.equal(status, 3);
  assert.match(error, /suspicious[\s\S]*lvs\.cf:13: virtual empty: it has no real server/);
  assert.match(readFileSync(output, "utf8"), /^ {2}empty:/m);
});

test("unreadable: status 1, every problem with its place; missing: status 2", async (t) => {
  const { dir, file } = place(t, `${whole}nonsense = 1\nmore = 2\n`);
  const { status, error } = await run(file);
  assert.equal(status, 1);
  assert.match(error, /lvs\.cf:13:1: .*nonsense[\s\S]*lvs\.cf:14:1: .*more/);
  assert.equal((await run(join(dir, "none"))).status, 2);
});

test("--json holds the configuration and the findings", async (t) => {
  const { file } = place(t, whole);
  const { out } = await run(file, "--json", "--primary", "192.0.2.7");
  const answer = JSON.parse(out);
  assert.equal(answer.ok, true);
  assert.equal(answer.from, "piranha");
  assert.match(answer.yaml, /public: 192\.0\.2\.7/);
  assert.deepEqual(answer.problems, []);
  assert.ok(answer.findings.some((finding: { subject: string }) => finding.subject === "failback"));
});
