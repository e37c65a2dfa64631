/** `sysctl: auto` and `manual` against a directory that stands for /proc/sys. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { applySysctls, restoreSysctls } from "../../../src/daemon/table/sysctls.ts";
import type { EventBody } from "../../../src/model/event.ts";
import { sentenceOf } from "../../../src/model/event-text.ts";
import { openSysctl } from "../../../src/system/file/sysctl.ts";
import { accepted, readText, soundText } from "../../config/texts.ts";

const forward = "net/ipv4/ip_forward";
const kept = "net/ipv4/neigh/eth0/unres_qlen_bytes";
const config = accepted(readText(soundText));

function make(t: TestContext, values: Readonly<Record<string, string>>) {
  const root = mkdtempSync(join(tmpdir(), "lvsd-sysctls-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  for (const [name, value] of Object.entries(values)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), `${value}\n`);
  }
  const said: string[] = [];
  return {
    ...{ sysctl: openSysctl(root), said },
    report: (event: EventBody) => void said.push(sentenceOf(event)),
    value: (name: string) => readFileSync(join(root, name), "utf8").trim(),
  };
}

test("what is needed is set, and put back at the end", (t) => {
  const { sysctl, report, value, said } = make(t, { [forward]: "0", [kept]: "212992" });
  applySysctls(config, sysctl, report);
  assert.deepEqual([value(forward), value(kept)], ["1", "2097152"]);
  restoreSysctls(sysctl, report);
  assert.deepEqual([value(forward), value(kept)], ["0", "212992"]);
  assert.deepEqual(said, []);
});

test("a number that is large enough is left as it is", (t) => {
  const { sysctl, report, value } = make(t, { [forward]: "1", [kept]: "4194304" });
  applySysctls(config, sysctl, report);
  assert.equal(value(kept), "4194304");
});

test("what this kernel does not have is said only where lvsd cannot do without it", (t) => {
  const { sysctl, report, said } = make(t, { [kept]: "1" });
  applySysctls(config, sysctl, report);
  assert.equal(said.length, 1);
  assert.match(said[0] ?? "", /ip_forward: this kernel does not have it, wanted 1.*sysctl: manual/);
});

test("manual changes nothing, and takes back what auto has done", (t) => {
  const { sysctl, report, value } = make(t, { [forward]: "0", [kept]: "212992" });
  applySysctls(config, sysctl, report);
  applySysctls({ ...config, sysctl: "manual" }, sysctl, report);
  assert.deepEqual([value(forward), value(kept)], ["0", "212992"]);
});
