import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { it } from "node:test";
import { fileURLToPath } from "node:url";

/**
 * Two ways to the other namespace, `way1` and `way2`; marks and rules choose between them, and two lead
 * nowhere.
 */
const network = `
mount -t tmpfs tmpfs /run
ip netns add far
far() { nsenter --net=/run/netns/far "$@"; }
ip link set lo up
far ip link set lo up
far ip addr add 10.9.0.1/32 dev lo
far ip addr add fd00:9::1/128 dev lo
for way in 1 2; do
  ip link add way$way type veth peer name way$way netns far
  ip link set way$way up
  far ip link set way$way up
  ip addr add 10.$way.0.1/24 dev way$way
  far ip addr add 10.$way.0.2/24 dev way$way
  ip addr add fd00:$way::1/64 dev way$way nodad
  far ip addr add fd00:$way::2/64 dev way$way nodad
  ip route add 10.9.0.1 via 10.$way.0.2 dev way$way metric $way
  ip route add fd00:9::1 via fd00:$way::2 dev way$way metric $way
done
ip addr add 10.1.0.7/24 dev way1
ip addr add 10.1.0.8/24 dev way1
ip addr add fd00:1::7/64 dev way1 nodad preferred_lft 0
ip route add default via 10.2.0.2 table 21
ip -6 route add default via fd00:2::2 table 21
ip rule add fwmark 21 table 21
ip -6 rule add fwmark 21 table 21
ip route add unreachable default table 22
ip rule add fwmark 22 table 22
ip rule add from 10.1.0.8 table 22
`;

const program = fileURLToPath(new URL("./origins.ts", import.meta.url));

it("checks come from the address, port, device and mark that are asked for", () => {
  const script = `${network}\nexec ${process.execPath} ${program}`;
  const flags = ["--user", "--map-root-user", "--net", "--mount"];
  const { status, stdout, stderr } = spawnSync("unshare", [...flags, "sh", "-ec", script], {
    encoding: "utf8",
    timeout: 60_000,
  });
  assert.equal(status, 0, stderr);
  const found: Record<string, string> = JSON.parse(stdout);
  const wrong = Object.entries(found).filter(([check, end]) => {
    const expected = ends.find(([pattern]) => pattern.test(check))?.[1] ?? /^passed$/;
    return !expected.test(end);
  });
  assert.deepEqual(wrong, []);
  assert.equal(Object.keys(found).length, 28, stdout);
});

const ends: readonly (readonly [check: RegExp, end: RegExp])[] = [
  [/^type: mysql/, /^unexpected: 1130: from 10\.2\.0\.1 /],
  [/^type: ping, fwmark: 22/, /^unreachable: host is unreachable$/],
  [/^type: ping, source: 10\.1\.0\.8/, /^unreachable: host is unreachable$/],
  [/^type: tcp, fwmark: 22/, /^unreachable: no route to host$/],
  [/^type: tcp, source: 10\.1\.0\.99/, /^local: source 10\.1\.0\.99: no address of this machine$/],
  [/device: way3/, /^local: device way3: this machine has none of that name$/],
  [/^another family/, /^local: source fd00:9::1: the target is of IPv4$/],
  [/^fifty at once/, /^50$/],
  [/^descriptors/, /^0$/],
];
