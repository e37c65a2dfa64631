/**
 * Tunnels: what the script sets, and that it can go back. This machine's kernel has no ipip, so the
 * devices are others of the same names: what comes out of tunnels of each kind is shown in the lab
 * (scenario `forwarding`).
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Format } from "../../../../../src/advice/real-server/method.ts";
import type { Packed, Preparation } from "../../../../../src/advice/real-server/preparation.ts";
import { prepare } from "../../../../../src/advice/real-server/prepare.ts";
import type { IpAddress } from "../../../../../src/model/address.ts";
import { inWorld } from "../../../../advice/real-server/world.ts";

const ip = (text: string): IpAddress => text as IpAddress;

const far: Preparation = {
  name: "far",
  forwarding: "tunnel",
  vips: [ip("192.168.26.10"), ip("fd00:26::10")],
  ports: [{ protocol: "tcp", first: 80, last: 80 }],
  gateways: [],
  realServers: [{ name: "rs1", address: ip("192.168.26.101") }],
  routers: [ip("192.168.26.9")],
  packed: [
    { type: "ipip", inner: 4, outer: 4, port: null, checksum: false },
    { type: "ipip", inner: 6, outer: 6, port: null, checksum: false },
  ],
  passivePorts: null,
};

function scriptOf(undo: boolean): string {
  const result = prepare(far, { method: "tunnel", undo, format: "script" });
  assert.ok("text" in result);
  return result.text;
}

it("tunnel: VIPs on the tunnel's devices, loose rp_filter there, silent about ARP, and back", () => {
  const script = `
for device in tunl0 ip6tnl0; do ip -n real link add $device type veth peer name peer-$device; done
state() { look | sed 's,qdisc noop ,qdisc noqueue ,'; in_real sysctl net.ipv4.conf.tunl0.rp_filter; }
told before "$(state)"
in_real sh "$DIR/do.sh"
told once "$(state)"
in_real sh "$DIR/do.sh"
told twice "$(state)"
told vips "$(ip -n real -o addr show dev tunl0 | grep -o '192[^ ]*'; ip -n real -o addr show dev ip6tnl0 | grep -o 'fd[^ ]*')"
told filter "$(in_real sysctl -n net.ipv4.conf.tunl0.rp_filter)"
told holders "$(holder 192.168.26.10 192.168.26.10) $(holder fd00:26::10 '[fd00:26::10]')"
told up "$(in_real cat /sys/class/net/tunl0/flags /sys/class/net/ip6tnl0/flags)"
in_real sh "$DIR/undo.sh"
told undone "$(state)"
`;
  const files = { "do.sh": scriptOf(false), "undo.sh": scriptOf(true) };
  const found = inWorld({ files, script });
  assert.equal(found.twice, found.once);
  assert.equal(found.vips, "192.168.26.10/32\nfd00:26::10/128");
  assert.equal(found.filter, "2");
  assert.equal(found.holders, "nobody nobody");
  assert.deepEqual(
    (found.up ?? "").split("\n").map((flags) => Number(flags) & 1),
    [1, 1],
  );
  assert.equal(found.undone, found.before);
});

describe("files for managers of networks", () => {
  const textOf = (format: Format, ...packed: readonly Packed[]) => {
    const vips = far.vips.filter((vip) =>
      packed.some(({ inner }) => inner === (vip.includes(":") ? 6 : 4)),
    );
    return prepare({ ...far, vips, packed }, { method: "tunnel", undo: false, format });
  };
  const plain = { port: null, checksum: false } as const;
  const gue: Packed = { type: "gue", inner: 4, outer: 4, port: 5555, checksum: false };
  const mixed: Packed = { type: "ipip", inner: 4, outer: 6, ...plain };
  const checked: Packed = { type: "gre", inner: 4, outer: 4, port: null, checksum: true };

  it("open the port of gue, and give the VIP to the device that unpacks its family", () => {
    const networkd = textOf("networkd", gue);
    assert.ok("text" in networkd);
    assert.match(networkd.text, /Kind=fou\n\[FooOverUDP\]\nEncapsulation=Generic\w+\nPort=5555\n/);
    assert.match(networkd.text, /tunl0\.network\.d\/far\.conf\n\[Network\]\nIPv4Rev\w+=loose\n/);
    const ifupdown = textOf("ifupdown", gue, { type: "gre", inner: 6, outer: 4, ...plain });
    assert.ok("text" in ifupdown);
    assert.match(ifupdown.text, /iface tunl0 inet static\n( {4}.*\n)* {4}address 192\.168\.26\.10/);
    assert.match(ifupdown.text, /pre-up ip fou add port 5555 gue 2>/);
    assert.match(ifupdown.text, /iface gre0 inet6 static\n( {4}.*\n)* {4}address fd00:26::10/);
  });

  it("are refused where the manager cannot make what is needed; ifupdown runs commands", () => {
    for (const packed of [mixed, checked, { ...gue, outer: 6 } as const]) {
      const networkd = textOf("networkd", packed);
      assert.ok("refused" in networkd);
      assert.match(networkd.refused.message, /networkd cannot do what --method tunnel does/);
    }
    const ifupdown = textOf("ifupdown", mixed, checked);
    assert.ok("text" in ifupdown);
    assert.match(ifupdown.text, /pre-up ip -6 tunnel change ip6tnl0 mode any\n/);
    assert.match(
      ifupdown.text,
      /pre-up \[ -e .*lvsd-gre \] \|\| ip -4 tunnel add lvsd-gre mode gre local 192\.168\.26\.101 icsum\n/,
    );
  });
});
