import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { MachineError } from "../../../src/model/error.ts";
import { openSysctl } from "../../../src/system/file/sysctl.ts";

const forward = "net/ipv4/ip_forward";
const arp = "net/ipv4/conf/eth0.5/arp_ignore";

function proc(t: TestContext) {
  const root = mkdtempSync(join(tmpdir(), "lvsd-sysctl-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, "net/ipv4/conf/eth0.5"), { recursive: true });
  writeFileSync(join(root, forward), "0\n");
  writeFileSync(join(root, arp), "2\n");
  return { root, value: (name: string) => readFileSync(join(root, name), "utf8").trim() };
}

test("what was changed is put back to what was found first", (t) => {
  const { root, value } = proc(t);
  const sysctl = openSysctl(root);
  assert.equal(sysctl.read(forward), "0");
  sysctl.set(forward, "1");
  sysctl.set(arp, "1");
  sysctl.set(arp, "0");
  assert.deepEqual([value(forward), value(arp)], ["1", "0"]);
  assert.deepEqual(sysctl.restore(), []);
  assert.deepEqual([value(forward), value(arp)], ["0", "2"]);
  writeFileSync(join(root, forward), "1\n");
  sysctl.restore();
  assert.equal(value(forward), "1", "restored once is restored");
});

test("what is still needed stays, and is put back later", (t) => {
  const { root, value } = proc(t);
  const sysctl = openSysctl(root);
  sysctl.set(forward, "1");
  sysctl.set(arp, "1");
  assert.deepEqual(sysctl.restore(new Set([forward])), []);
  assert.deepEqual([value(forward), value(arp)], ["1", "2"]);
  assert.deepEqual(sysctl.before, { [forward]: "0" });
  sysctl.restore();
  assert.equal(value(forward), "0");
});

test("what had its value already is not lvsd's to put back", (t) => {
  const { root, value } = proc(t);
  const sysctl = openSysctl(root);
  sysctl.set(arp, "2");
  writeFileSync(join(root, arp), "1\n");
  sysctl.restore();
  assert.equal(value(arp), "1");
});

test("a parameter that this kernel lacks reads as null and cannot be set", (t) => {
  const { root } = proc(t);
  const sysctl = openSysctl(root);
  assert.equal(sysctl.read("net/ipv4/vs/none"), null);
  assert.throws(() => sysctl.set("net/ipv4/vs/none", "1"), MachineError);
});

test("one that cannot be put back is reported, and the others are put back", (t) => {
  const { root, value } = proc(t);
  const sysctl = openSysctl(root);
  sysctl.set(forward, "1");
  sysctl.set(arp, "0");
  rmSync(join(root, "net/ipv4/conf"), { recursive: true });
  const failures = sysctl.restore();
  assert.equal(failures.length, 1);
  assert.match(
    failures[0] ?? "",
    /^sysctl net\/ipv4\/conf\/eth0\.5\/arp_ignore: cannot set it to 2/,
  );
  assert.equal(value(forward), "0");
});
