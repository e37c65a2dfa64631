import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { readFacts } from "../../../src/system/ip/facts.ts";
import { scripts } from "../scripts.ts";

/** A /proc of our own with these capabilities. */
function proc(t: TestContext, effective: string): string {
  const directory = scripts(t, {});
  mkdirSync(join(directory, "self"));
  mkdirSync(join(directory, "net"));
  writeFileSync(join(directory, "self/status"), `Name:\tnode\nCapEff:\t${effective}\nCapBnd:\t0\n`);
  return directory;
}

const ip = `n=0; while read -r l; do n=$((n+1)); case $l in addr*) echo '[{"ifname":"lo","ifindex":1,"flags":[]}]';; *) echo "Command failed -:$n" >&2;; esac; done`;

test("a machine with everything is reported as such", async (t) => {
  const path = scripts(t, {
    ip,
    ipvsadm: "true",
    modprobe: 'test "$*" = "--dry-run --quiet ip_vs"',
  });
  const root = proc(t, "0000000000003400");
  const facts = await readFacts({ path, proc: root });
  assert.deepEqual(facts.programs, { ipvsadm: join(path, "ipvsadm"), ip: join(path, "ip") });
  assert.equal(facts.ipvs, "loadable");
  assert.deepEqual(
    facts.interfaces?.map(({ name }) => name),
    ["lo"],
  );
  assert.equal(facts.interfacesError, null);
  assert.deepEqual(facts.capabilities, ["CAP_NET_BIND_SERVICE", "CAP_NET_ADMIN", "CAP_NET_RAW"]);
  writeFileSync(join(root, "net/ip_vs"), "");
  assert.equal((await readFacts({ path, proc: root })).ipvs, "ready");
});

test("a machine with nothing is reported as such, without a failure", async (t) => {
  const path = scripts(t, { modprobe: "exit 1" });
  const facts = await readFacts({ path, proc: proc(t, "0000000000002000") });
  assert.deepEqual(facts, {
    programs: { ipvsadm: null, ip: null },
    ipvs: "missing",
    ipv6Off: [],
    loopbackAnswers: false,
    interfaces: null,
    interfacesError: `ip: no such program in ${path}; install it`,
    capabilities: ["CAP_NET_RAW"],
  });
});
