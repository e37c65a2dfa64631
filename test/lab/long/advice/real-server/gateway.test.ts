/**
 * NAT: replies of a real server that has a second interface in the client's network. The router's
 * rewriting is done by nftables here: this machine's kernel has no IPVS, and to a real server both
 * look alike.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Preparation } from "../../../../../src/advice/real-server/preparation.ts";
import { prepare } from "../../../../../src/advice/real-server/prepare.ts";
import type { IpAddress } from "../../../../../src/model/address.ts";
import { filesOf, inWorld } from "../../../../advice/real-server/world.ts";

const ip = (text: string): IpAddress => text as IpAddress;

const web: Preparation = {
  name: "web",
  forwarding: "nat",
  vips: [ip("192.168.26.10"), ip("fd00:26::10")],
  ports: [{ protocol: "tcp", first: 80, last: 80 }],
  gateways: [
    { address: ip("10.11.12.10"), length: 24 },
    { address: ip("fd00:11::10"), length: 64 },
  ],
  realServers: [
    { name: "rs1", address: ip("10.11.12.1") },
    { name: "rs1-6", address: ip("fd00:11::1") },
  ],
  routers: [ip("192.168.26.9"), ip("192.168.26.8")],
  packed: [],
  passivePorts: { first: 10_000, last: 20_000 },
};

function scriptOf(undo: boolean): string {
  const result = prepare(web, { method: "gateway", undo, format: "script" });
  assert.ok("text" in result);
  return result.text;
}

function textFor(format: "networkd" | "ifupdown"): string {
  const result = prepare(web, { method: "gateway", undo: false, format });
  assert.ok("text" in result);
  return result.text;
}

/** The private network; eth0 of the real server is the second interface, where the client is, too. */
const networks = `
ip link add p0 type veth peer name eth1 netns router
ip link add p1 type veth peer name eth1 netns real
ip link add br1 type bridge
for port in p0 p1; do ip link set $port master br1 up; done
ip link set br1 up
for machine in router:9 router:10 real:1; do
  ip -n \${machine%:*} link set eth1 up
  ip -n \${machine%:*} addr add 10.11.12.\${machine#*:}/24 dev eth1
  ip -n \${machine%:*} addr add fd00:11::\${machine#*:}/64 dev eth1 nodad
done
ip -n router addr add 192.168.26.10/24 dev eth0
ip -n router addr add fd00:26::10/64 dev eth0 nodad
ip netns exec router sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
ip netns exec router nft -f - <<'END'
table inet balancer {
  chain prerouting {
    type nat hook prerouting priority dstnat;
    ip daddr 192.168.26.10 tcp dport 80 dnat ip to 10.11.12.1
    ip6 daddr fd00:26::10 tcp dport 80 dnat ip6 to fd00:11::1
  }
}
END
in_real sysctl -q -w net.ipv4.conf.all.rp_filter=1 net.ipv4.conf.eth1.rp_filter=1
ip -n real route add default via 192.168.26.254
ip -n real -6 route add default via fd00:26::254 metric 1
routes() { ip -n real -4 route; ip -n real -6 route; ip -n real -4 rule; ip -n real -6 rule; ip -n real route show table 539 2>/dev/null || :; ip -n real -6 route show table 539 2>/dev/null || :; }
`;

describe("a real server that the script gateway prepared", () => {
  it("answers through the router, second interface and strict rp_filter or not, and can go back", () => {
    const script = `${networks}
told before "$(routes)"
told unprepared "$(ask 192.168.26.10) $(ask '[fd00:26::10]')"
in_real sh "$DIR/do.sh"
told once "$(routes)"
in_real sh "$DIR/do.sh"
told twice "$(routes)"
told served "$(ask 192.168.26.10) $(ask '[fd00:26::10]')"
in_real sh "$DIR/undo.sh"
told undone "$(routes)"
in_real env KEEP_DEFAULT=yes sh "$DIR/do.sh"
told kept "$(ip -n real route show default)"
told served-too "$(ask 192.168.26.10) $(ask '[fd00:26::10]')"
in_real sh "$DIR/undo.sh"
in_real sh "$DIR/undo.sh"
told undone-again "$(routes)"
ip -n real addr del 10.11.12.1/24 dev eth1
told elsewhere "$(in_real sh "$DIR/do.sh" 2>&1 || :)"
`;
    const files = { "do.sh": scriptOf(false), "undo.sh": scriptOf(true) };
    const found = inWorld({ files, script });
    assert.equal(found.unprepared, "nothing nothing");
    assert.equal(found.served, "real real");
    assert.equal(found.twice, found.once);
    assert.match(found.once ?? "", /^default via 10\.11\.12\.10 dev eth1/m);
    assert.equal(found.undone, found.before);
    assert.match(found.kept ?? "", /^default via 192\.168\.26\.254 dev eth0/);
    assert.equal(found["served-too"], "real real");
    assert.equal(found["undone-again"], found.before);
    assert.match(found.elsewhere ?? "", /this machine has none of the real servers' addresses/);
  });

  it("has the same from ifupdown at boot", () => {
    const [four, six] = textFor("ifupdown")
      .split(/^# \/etc\/network\/interfaces\n/m)
      .slice(1);
    const interfaces = `auto eth1
iface eth1 inet static
    address 10.11.12.1/24
${four}
iface eth1 inet6 static
    address fd00:11::1/64
    dad-attempts 0
${six}`;
    const script = `${networks}
mkdir /run/network
ip -n real addr flush dev eth1
ip -n real link set eth1 down
told unprepared "$(ask 192.168.26.10) $(ask '[fd00:26::10]')"
ip -n router neigh flush dev eth1
in_real ifup --interfaces="$DIR/interfaces" -a
told served "$(ask 192.168.26.10) $(ask '[fd00:26::10]')"
told default "$(ip -n real route show default)"
in_real ifdown --interfaces="$DIR/interfaces" -a
told rules "$(ip -n real -4 rule; ip -n real -6 rule)"
`;
    const found = inWorld({ files: { interfaces }, script });
    assert.equal(found.unprepared, "nothing nothing");
    assert.equal(found.served, "real real");
    assert.match(found.default ?? "", /^default via 10\.11\.12\.10 dev eth1/);
    assert.doesNotMatch(found.rules ?? "", /539/);
  });

  it("has the same from systemd-networkd at boot", () => {
    const files = filesOf(textFor("networkd"));
    const texts = Object.values(files);
    const names = Object.keys(files).map((path) => path.replace("DEVICE", "10-eth1"));
    assert.deepEqual(names, [
      "/etc/systemd/network/10-eth1.network.d/lvsd-gateway.conf",
      "/etc/systemd/network/10-eth1.network.d/lvsd-gateway6.conf",
    ]);
    const network = `[Match]
Name=eth1
[Network]
Address=10.11.12.1/24
Address=fd00:11::1/64
LinkLocalAddressing=no
`;
    const script = `${networks}
mount -t tmpfs tmpfs /etc/systemd/network
mkdir /etc/systemd/network/10-eth1.network.d
cp "$DIR/network" /etc/systemd/network/10-eth1.network
cp "$DIR/four" ${names[0]}
cp "$DIR/six" ${names[1]}
ip -n real addr flush dev eth1
ip -n real route del default
ip -n real -6 route del default
told unprepared "$(ask 192.168.26.10) $(ask '[fd00:26::10]')"
ip -n router neigh flush dev eth1
begin_networkd
ready() { ip -n real -6 route show table 539 2>/dev/null | grep default; }
ready4() { ip -n real route show default; }
until_there ready
until_there ready4
told served "$(ask 192.168.26.10) $(ask '[fd00:26::10]')"
told routes "$(routes)"
end_networkd
`;
    const [four = "", six = ""] = texts;
    const found = inWorld({ files: { network, four, six }, script, asRoot: true });
    assert.equal(found.unprepared, "nothing nothing");
    assert.equal(found.served, "real real", found.routes);
  });

  it("gets none where nat_router has no address of its family", () => {
    const [four] = web.gateways;
    assert.ok(four !== undefined);
    const result = prepare(
      { ...web, gateways: [four] },
      { method: "gateway", undo: false, format: "script" },
    );
    assert.ok("refused" in result);
    assert.match(result.refused.message, /no address of the family of rs1-6 \(fd00:11::1\)/);
  });

  it("gets the lines of vsftpd where the virtual server is FTP", () => {
    assert.match(
      scriptOf(false),
      /# {3}pasv_min_port=10000\n# {3}pasv_max_port=20000\n# {3}pasv_address=192\.168\.26\.10\n/,
    );
  });
});
