import assert from "node:assert/strict";
import { test } from "node:test";
import { readIpvsFacts } from "../../../src/system/ipvs/ipvs-facts.ts";
import { scripts } from "../scripts.ts";

const ipvsadm = "echo 'ipvsadm v1.31 2019/12/24 (compiled with popt and IPVS v1.2.1)'";

test("modules that modprobe does not know are missing, and ipvsadm says its version", async (t) => {
  const path = scripts(t, { ipvsadm, modprobe: 'test "$3" != ip_vs_ovf' });
  const { missingModules, ipvsadm: version } = await readIpvsFacts(["ip_vs_rr", "ip_vs_ovf"], path);
  assert.deepEqual([[...missingModules], version], [["ip_vs_ovf"], "1.31"]);
});

test("where modprobe does not know IPVS itself, nothing is missing for sure", async (t) => {
  const path = scripts(t, { ipvsadm: "exit 2", modprobe: "exit 1" });
  const { missingModules, ipvsadm: version } = await readIpvsFacts(["ip_vs_rr"], path);
  assert.deepEqual([[...missingModules], version], [[], null]);
});
