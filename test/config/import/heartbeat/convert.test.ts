import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import { importFiles } from "../../../../src/config/import/import.ts";
import { importDefaults } from "../../../../src/config/import/imported.ts";

const read = (...files: [string, string][]) => {
  const result = importFiles(
    files.map(([name, text]) => ({ name, text })),
    null,
    importDefaults,
  );
  assert.ok("text" in result, JSON.stringify(result));
  assert.equal(result.from, "heartbeat");
  return { ...result, yaml: parse(result.text) };
};

test("Heartbeat's files: floating addresses, times, failback, arbiters", () => {
  const { yaml } = read(
    [
      "ha.cf",
      "keepalive 500ms\ndeadtime 3\nbcast eth1\nauto_failback on\nping_group g 192.0.2.254 192.0.2.253\nnode a\nnode b\n",
    ],
    ["haresources", "a 192.0.2.10/24/eth0/192.0.2.255 \\\n  IPaddr::10.0.0.254/24\n"],
  );
  assert.deepEqual(yaml.heartbeat, { interval: "500ms", dead_after: "3s" });
  assert.deepEqual(yaml.failover, { failback: "auto", gateway: ["192.0.2.254", "192.0.2.253"] });
  assert.deepEqual(yaml.vips, [
    { address: "192.0.2.10/24", device: "eth0" },
    { address: "10.0.0.254/24" },
  ]);
});

test("Pacemaker's cib.xml: addresses, stickiness, and what is left out", () => {
  const { yaml, findings } = read([
    "cib.xml",
    `<cib epoch="1"><configuration><nodes><node id="1" uname="a"/><node id="2" uname="b"/></nodes>
<resources>
<primitive id="vip" class="ocf" provider="heartbeat" type="IPaddr2"><instance_attributes id="i">
<nvpair id="n1" name="ip" value="192.0.2.10"/><nvpair id="n2" name="cidr_netmask" value="24"/><nvpair id="n3" name="nic" value="eth0"/>
</instance_attributes></primitive>
<primitive id="power" class="stonith" type="fence_ipmilan"/>
<primitive id="web" class="systemd" type="nginx"></primitive>
</resources><rsc_defaults><meta_attributes id="m"><nvpair id="s" name="resource-stickiness" value="100"/></meta_attributes></rsc_defaults></configuration></cib>\n`,
  ]);
  assert.deepEqual(yaml.vips, [{ address: "192.0.2.10/24", device: "eth0" }]);
  assert.deepEqual(yaml.failover, { failback: "manual" });
  assert.ok(
    findings.some(
      ({ subject, text }) => subject === "nginx web" && /failover\.services/.test(text),
    ),
  );
});

test("addresses on both nodes are named: lvsd has one active router", () => {
  const { findings } = read(["haresources", "a IPaddr::192.0.2.10/24\nb IPaddr::192.0.2.11/24\n"]);
  assert.ok(findings.some(({ kind, origin }) => kind === "suspicious" && origin?.line === 2));
});
