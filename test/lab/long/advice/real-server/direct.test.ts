/** Direct routing, each method on a real network stack: traffic for the VIP, silence about it. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { MethodName } from "../../../../../src/advice/real-server/method.ts";
import type { Preparation } from "../../../../../src/advice/real-server/preparation.ts";
import { prepare } from "../../../../../src/advice/real-server/prepare.ts";
import type { IpAddress } from "../../../../../src/model/address.ts";
import { filesOf, inWorld } from "../../../../advice/real-server/world.ts";

const ip = (text: string): IpAddress => text as IpAddress;

const web: Preparation = {
  name: "web",
  forwarding: "direct",
  vips: [ip("192.168.26.10"), ip("fd00:26::1:10")],
  ports: [{ protocol: "tcp", first: 80, last: 80 }],
  gateways: [],
  realServers: [
    { name: "rs1", address: ip("192.168.26.101") },
    { name: "rs2", address: ip("192.168.26.102") },
  ],
  routers: [ip("192.168.26.9"), ip("192.168.26.8")],
  packed: [],
  passivePorts: null,
};

function scriptOf(method: MethodName, undo: boolean, preparation = web): string {
  const result = prepare(preparation, { method, undo, format: "script" });
  assert.ok("text" in result);
  assert.equal(result.warning, null);
  return result.text;
}

function textFor(format: "networkd" | "ifupdown"): string {
  const result = prepare(web, { method: "sysctl", undo: false, format });
  assert.ok("text" in result);
  return result.text;
}

/** What is asked once a manager of networks has set the VIPs. */
const managed = `
vips() {
  ip -n real -o addr show dev lo | grep -o -e '192.168.26.10/32' -e 'fd00:26::1:10/128' || :
}
both() { vips | sed -n 2p; }
until_there both
told served "$(ask 192.168.26.10) $(ask '[fd00:26::1:10]')"
told deprecated "$(ip -n real -6 -o addr show dev lo to fd00:26::1:10 | grep -o deprecated || :)"
told nobody "$(holder 192.168.26.10 192.168.26.10) $(holder fd00:26::1:10 '[fd00:26::1:10]')"
told own "$(holder 192.168.26.101 192.168.26.101)"
told real "$(mac real)"
`;

function assertManaged(found: Readonly<Record<string, string>>): void {
  assert.equal(found.served, "real real");
  assert.equal(found.deprecated, "deprecated");
  assert.equal(found.nobody, "nobody nobody");
  assert.equal(found.own, found.real);
}

const course = `
told before "$(look)"
route_directly 192.168.26.10
route_directly fd00:26::1:10
told unprepared "$(ask 192.168.26.10) $(ask '[fd00:26::1:10]')"
in_real sh "$DIR/do.sh"
told once "$(look)"
in_real sh "$DIR/do.sh"
told twice "$(look)"
told served "$(ask 192.168.26.10) $(ask '[fd00:26::1:10]')"
told itself "$(in_real curl -s -g --max-time 1 http://192.168.26.10/ || printf nothing)"
told vip "$(ip -n real -o addr show dev lo to 192.168.26.10/32)"
told nobody "$(holder 192.168.26.10 192.168.26.10) $(holder fd00:26::1:10 '[fd00:26::1:10]')"
told own "$(holder 192.168.26.101 192.168.26.101)"
told real "$(mac real)"
ip -n router addr add 192.168.26.10/24 dev eth0
ip -n router addr add fd00:26::1:10/64 dev eth0 nodad
told router "$(mac router)"
told holder4 "$(holder 192.168.26.10 192.168.26.10)"
told holder6 "$(holder fd00:26::1:10 '[fd00:26::1:10]')"
ip -n router addr del 192.168.26.10/24 dev eth0
ip -n router addr del fd00:26::1:10/64 dev eth0
in_real sh "$DIR/undo.sh"
told undone "$(look)"
in_real sh "$DIR/undo.sh"
told undone-twice "$(look)"
told refused "$(ip netns exec router sh "$DIR/do.sh" 2>&1 || :)"
`;

const methods: readonly (readonly [method: MethodName, holdsVip: boolean])[] = [
  ["sysctl", true],
  ["arptables", true],
  ["iptables", false],
  ["nft", false],
];

describe("a real server that a script for direct routing prepared", () => {
  for (const [method, holdsVip] of methods)
    it(`${method}: takes packets for the VIP, answers no request for it, and can be undone`, () => {
      const files = { "do.sh": scriptOf(method, false), "undo.sh": scriptOf(method, true) };
      const found = inWorld({ files, script: course });
      assert.equal(found.unprepared, "nothing nothing");
      assert.equal(found.served, "real real");
      assert.equal(found.vip !== "", holdsVip);
      if (holdsVip) assert.equal(found.itself, "real", "it serves its own requests for the VIP");
      assert.equal(found.nobody, "nobody nobody");
      assert.equal(found.own, found.real, "for its own address it answers as ever");
      assert.deepEqual([found.holder4, found.holder6], [found.router, found.router]);
      assert.notEqual(found.once, found.before);
      assert.equal(found.twice, found.once);
      assert.equal(found.undone, found.before);
      assert.equal(found["undone-twice"], found.before);
      assert.match(found.refused ?? "", /this machine is a router: it has 192\.168\.26\.9/);
    });

  it("ifupdown sets the same at boot, and takes it away", () => {
    const printed = textFor("ifupdown");
    const stanzas = filesOf(printed)["/etc/network/interfaces.d/lvsd-web"];
    assert.ok(stanzas !== undefined, printed);
    const files = { interfaces: `auto lo\niface lo inet loopback\n\n${stanzas}` };
    const script = `
mkdir /run/network
route_directly 192.168.26.10
route_directly fd00:26::1:10
told unprepared "$(ask 192.168.26.10) $(ask '[fd00:26::1:10]')"
in_real ifup --interfaces="$DIR/interfaces" -a
${managed}
in_real ifdown --interfaces="$DIR/interfaces" -a
told undone "$(vips)"
`;
    const found = inWorld({ files, script });
    assert.equal(found.unprepared, "nothing nothing");
    assertManaged(found);
    assert.equal(found.undone, "");
  });

  it("systemd-networkd sets the same at boot, with the file for the kernel's parameters", () => {
    const files = filesOf(textFor("networkd"));
    const paths = Object.keys(files);
    const script = `
mount -t tmpfs tmpfs /etc/systemd/network
for number in $(seq ${paths.length}); do
  path=$(sed -n "\${number}p" "$DIR/paths")
  case "$path" in
    /etc/systemd/network/*) mkdir -p "\${path%/*}" && cp "$DIR/$number" "$path" ;;
    /etc/sysctl.d/*) in_real sysctl -q -p "$DIR/$number" ;;
    *) exit 1 ;;
  esac
done
route_directly 192.168.26.10
route_directly fd00:26::1:10
begin_networkd
${managed}
end_networkd
`;
    const numbered = Object.values(files).map((text, at) => [`${at + 1}`, text] as const);
    const all = { ...Object.fromEntries(numbered), paths: `${paths.join("\n")}\n` };
    assertManaged(inWorld({ files: all, script, asRoot: true }));
  });

  it("without the settings it would answer for a VIP on its loopback device", () => {
    const script = `
ip -n real addr add 192.168.26.10/32 dev lo
told real "$(mac real)"
told holder "$(holder 192.168.26.10 192.168.26.10)"
`;
    const { holder, real } = inWorld({ files: {}, script });
    assert.equal(holder, real);
  });

  it("what two virtual servers share goes with the last one, and a stricter setting stays", () => {
    const tls = { ...web, name: "web-tls" };
    const files = {
      "web.sh": scriptOf("sysctl", false),
      "tls.sh": scriptOf("sysctl", false, tls),
      "no-web.sh": scriptOf("sysctl", true),
      "no-tls.sh": scriptOf("sysctl", true, tls),
    };
    const script = `
in_real sysctl -q -w net.ipv4.conf.all.arp_ignore=2
told before "$(look)"
in_real sh "$DIR/web.sh"
told strict "$(in_real sysctl -n net.ipv4.conf.all.arp_ignore)"
in_real sh "$DIR/tls.sh"
in_real sh "$DIR/no-web.sh"
route_directly 192.168.26.10
told served "$(ask 192.168.26.10)"
in_real sh "$DIR/no-tls.sh"
told after "$(look)"
`;
    const { before, strict, served, after } = inWorld({ files, script });
    assert.deepEqual([strict, served], ["2", "real"]);
    assert.equal(after, before);
  });
});
