import assert from "node:assert/strict";
import { test } from "node:test";
import { readTunnel, tunnelWords } from "../../src/kernel/tunnel-text.ts";
import type { Tunnel } from "../../src/model/service.ts";

const tunnels: readonly Tunnel[] = [
  { type: "ipip" },
  ...[true, false, "remote" as const].map((checksum): Tunnel => {
    return { type: "gue", port: 6080, checksum };
  }),
  { type: "gre", checksum: true },
  { type: "gre", checksum: false },
];

test("every tunnel that is printed is read back", () => {
  for (const tunnel of tunnels)
    assert.deepEqual(readTunnel(tunnelWords(tunnel).join(" ").split(" ")), tunnel);
  assert.deepEqual(tunnelWords({ type: "gue", port: 6080, checksum: true }), [
    "--tun-type gue",
    "--tun-port 6080",
    "--tun-csum",
  ]);
});

test("what lvsd knows no kind of is no tunnel of its own", () => {
  assert.equal(readTunnel("--tun-type vxlan --tun-port 1".split(" ")), null);
  assert.equal(readTunnel("--tun-type gre --tun-remcsum".split(" ")), null);
  assert.equal(readTunnel("--tun-type gue --tun-csum".split(" ")), null);
  assert.deepEqual(readTunnel("--tun-type ipip".split(" ")), { type: "ipip" });
});
