import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { it } from "node:test";
import { fileURLToPath } from "node:url";

/** A network namespace with loopback alone, to which requests for 192.0.2.0/24 go in vain. */
const network = `
ip link set lo up
ip addr add 2001:db8::1/128 dev lo
ip route add 192.0.2.0/24 dev lo
`;

const program = fileURLToPath(new URL("./pings.ts", import.meta.url));

it("ping passes a reply of IPv4 and IPv6, and fails silence and what has no route", () => {
  const script = `${network}\nexec ${process.execPath} ${program}`;
  const flags = ["--user", "--map-root-user", "--net", "--mount"];
  const { status, stdout, stderr } = spawnSync("unshare", [...flags, "sh", "-ec", script], {
    encoding: "utf8",
    timeout: 60_000,
  });
  assert.equal(status, 0, stderr);
  assert.deepEqual(JSON.parse(stdout), {
    "127.0.0.1": "passed",
    "127.0.0.2": "passed",
    "2001:db8::1": "passed",
    "192.0.2.2": "timeout: no echo reply within 200ms",
    "198.51.100.1": "unreachable: network is unreachable",
    "hundred at once": 100,
    "sockets left open": 0,
  });
});
