import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { MachineError, messageOf } from "../../../src/model/error.ts";
import { ms } from "../../../src/model/time.ts";
import { openIp } from "../../../src/system/ip/ip.ts";
import { install, scripts } from "../scripts.ts";
import { open, program, three } from "./scripted.ts";

test("a hanging program is killed and the release done by a fresh one", async (t) => {
  const { ip, path } = open(t, ms(800));
  assert.equal((await ip.claim(three)).kind, "all-held");
  writeFileSync(join(path, "held"), "192.0.2.10/32\n192.0.2.11/32\n192.0.2.12/32\n");
  // The kept one hangs from now on; a program that starts afresh with a closed stdin does not.
  install(path, "ip", `case "$*" in *-j*-batch*) sleep 60;; esac\n${program}`);
  await ip.close();
  const outcome = await ip.release(three);
  assert.equal(outcome.kind, "none-held");
  assert.equal(readFileSync(join(path, "held"), "utf8"), "");
});

test("a program that somebody ended is started again", async (t) => {
  const { ip, path } = open(t);
  await ip.readInterfaces();
  install(
    path,
    "ip",
    program.replace("n=0", `[ -e $here/once ] || { touch $here/once; exit 7; }\nn=0`),
  );
  await ip.close();
  assert.equal((await ip.claim(three)).kind, "all-held");
  assert.ok(existsSync(join(path, "once")), "it had ended in the middle");
});

test("garbage, early ends and missing programs are MachineErrors that name the program", async (t) => {
  const cases: [string, string, RegExp][] = [
    [
      "not JSON",
      'while read -r l; do echo "[oops"; n=$((n+1)); echo "Command failed -:2" >&2; done',
      /not JSON: \[oops/,
    ],
    ["ends at once", "echo 'no luck' >&2; exit 3", /the kept ip ended with status 3: no luck/],
  ];
  for (const [name, body, message] of cases) {
    const ip = openIp({ path: scripts(t, { ip: body }), deadline: ms(500) });
    await assert.rejects(ip.readInterfaces(), (thrown) => {
      assert.ok(thrown instanceof MachineError, name);
      assert.match(messageOf(thrown), message, name);
      return true;
    });
    await ip.close();
  }
  const nowhere = openIp({ path: scripts(t, {}) });
  await assert.rejects(nowhere.readInterfaces(), /^MachineError: ip: no such program in/);
});
