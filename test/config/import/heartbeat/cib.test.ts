import assert from "node:assert/strict";
import { test } from "node:test";
import { read } from "./read.ts";

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
