import assert from "node:assert/strict";
import { test } from "node:test";
import { read } from "./read.ts";

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
