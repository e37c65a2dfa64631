import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { inWorld } from "../../../../advice/real-server/world.ts";

const examiner = join(import.meta.dirname, "../../../../system/examination/examiner.ts");

const pair = (forwarding: string) => `
routers: { primary: { public: 192.168.26.9 }, backup: { public: 192.168.26.8 } }
heartbeat: { authentication: none }
virtual_servers:
  four:
    address: 192.168.26.10/24
    device: eth0
    port: 80
    forwarding: ${forwarding}
    real_servers: { rs4: { address: 192.168.26.101 } }
  six:
    address: fd00:26::10/64
    device: eth0
    port: 80
    forwarding: ${forwarding}
    real_servers: { rs6: { address: "fd00:26::101" } }
`;

const examining = `
examine() { ip netns exec router "$NODE" ${examiner} "$DIR/$1.yaml" "$2"; }
`;

/** Sends from the heartbeats' port to the peer's until it has heard the peer, and once more. */
const heartbeats = `
HEARTBEATS='
  const [own, peer] = process.argv.slice(1);
  const socket = require("node:dgram").createSocket("udp4");
  const send = () => socket.send("heartbeat", 539, peer);
  socket.bind(539, own, () => setInterval(send, 50));
  socket.once("message", () => { send(); console.log("heard"); setTimeout(() => process.exit(), 300); });
  setTimeout(() => process.exit(), 5000);
'
`;

const files = { "direct.yaml": pair("direct"), "nat.yaml": pair("nat") };

/** Of the findings about the wire, their names and what was seen. */
const about = (text: string | undefined, name: string): readonly string[] =>
  (text ?? "").split("\n").filter((line) => line.startsWith(`${name}: `));

describe("what doctor asks of the network", () => {
  it("direct routing: VIPs that are missing, real servers and others that answer for them", () => {
    const script = `${examining}
told unprepared "$(examine direct standby)"
ip -n real addr add 192.168.26.10/32 dev lo
ip -n real addr add fd00:26::10/64 dev eth0 nodad
told loud "$(examine direct standby)"
in_real sysctl -q -w net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2
ip -n real addr del fd00:26::10/64 dev eth0
ip -n real addr add fd00:26::10/128 dev lo
told quiet "$(examine direct standby)"
ip -n client addr add 192.168.26.10/24 dev eth0
told stranger "$(examine direct standby)"
told client "$(mac client)"
ip -n client addr add 192.168.26.8/24 dev eth0
told peer "$(examine direct standby)"
`;
    const { unprepared, loud, quiet, stranger, client, peer } = inWorld({ files, script });
    const missing = (name: string, own: string, vip: string) =>
      `vip-missing: ${name} answers at ${own}:80 and not for ${vip}`;
    assert.deepEqual(about(unprepared, "vip-missing"), [
      missing("rs4", "192.168.26.101", "192.168.26.10"),
      missing("rs6", "[fd00:26::101]", "fd00:26::10"),
    ]);
    assert.deepEqual(about(unprepared, "arp-answering"), []);
    assert.deepEqual(about(loud, "vip-missing"), []);
    assert.deepEqual(
      about(loud, "arp-answering").map((line) => line.replace(/\(.*\)/, "")),
      [
        "arp-answering: rs4  answers for 192.168.26.10",
        "arp-answering: rs6  answers for fd00:26::10",
      ],
    );
    for (const name of ["vip-missing", "arp-answering", "duplicate-vip"])
      assert.deepEqual(about(quiet, name), []);
    assert.deepEqual(about(stranger, "duplicate-vip"), [
      `duplicate-vip: ${client} answers for 192.168.26.10 on eth0`,
    ]);
    assert.deepEqual(about(peer, "duplicate-vip"), [], "the peer may hold it");
  });

  it("NAT: whether replies come back through the active router", () => {
    const script = `${examining}
told lost "$(examine nat active)"
told standby "$(examine nat standby)"
ip -n real route add default via 192.168.26.9
ip -n real -6 route add default via fd00:26::9
told routed "$(examine nat active)"
`;
    const { lost, standby, routed } = inWorld({ files, script });
    assert.equal(about(lost, "return-path").length, 2, lost);
    assert.deepEqual(about(standby, "return-path"), []);
    assert.deepEqual(about(routed, "return-path"), []);
  });

  it("packet filter, reverse path and forwarding of this machine", () => {
    const script = `${examining}${heartbeats}
told before "$(examine nat standby)"
ip -n router link add d0 type veth peer name d1
ip -n router link set d0 up
ip -n router addr add 10.99.0.1/24 dev d0
ip -n router route add default via 10.99.0.254
ip netns exec router sysctl -q -w net.ipv4.conf.all.rp_filter=1 net.ipv4.ip_forward=0
ip netns exec router nft -f - <<'END'
table inet filter {
  chain input {
    type filter hook input priority 0; policy drop;
    ct state established accept
    iifname lo accept
    tcp dport 22 accept
    ip protocol icmp accept
  }
}
END
ip -n client addr add 192.168.26.8/24 dev eth0
ip netns exec client "$NODE" -e "$HEARTBEATS" 192.168.26.8 192.168.26.9 >/dev/null &
told heard "$(ip netns exec router "$NODE" -e "$HEARTBEATS" 192.168.26.9 192.168.26.8)"
wait $!
told answered "$(examine nat standby)"
ip netns exec router nft replace rule inet filter input \
  handle "$(ip netns exec router nft -a list chain inet filter input | sed -n 's/.*established accept # handle //p')" \
  ct state related accept
told spoiled "$(examine nat standby)"
ip netns exec router nft insert rule inet filter input udp dport 539 accept
ip netns exec router nft add rule inet filter input iifname eth0 tcp dport 80 accept
ip netns exec router sysctl -q -w net.ipv4.conf.eth0.rp_filter=2 net.ipv4.ip_forward=1
told mended "$(examine nat standby)"
`;
    const { before, heard, answered, spoiled, mended } = inWorld({ files, script });
    for (const name of ["rp-filter", "dropped-heartbeats"]) {
      assert.deepEqual(about(before, name), []);
      assert.equal(about(spoiled, name).length, 1, `${name}: ${spoiled}`);
      assert.deepEqual(about(mended, name), []);
    }
    assert.equal(heard, "heard", "what answers heartbeats gets through connection tracking");
    assert.deepEqual(about(answered, "dropped-heartbeats"), []);
    assert.deepEqual(about(before, "dropped-clients"), []);
    assert.deepEqual(about(spoiled, "dropped-clients"), [
      "dropped-clients: ip daddr 192.168.26.10 tcp dport 80 is dropped by inet filter input",
      "dropped-clients: ip6 daddr fd00:26::10 tcp dport 80 is dropped by inet filter input",
    ]);
    assert.deepEqual(about(mended, "dropped-clients"), []);
    assert.match(spoiled ?? "", /forwarding: net\.ipv4\.ip_forward is 0/);
    assert.doesNotMatch(mended ?? "", /net\.ipv4\.ip_forward/);
  });
});
