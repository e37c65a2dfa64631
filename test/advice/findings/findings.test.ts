/** Each finding, provoked by spoiling one fact of a pair in good order. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { findings } from "../../../src/advice/findings/findings.ts";
import { cases, file, peer, type Spoil, server } from "./cases.ts";
import { factsOf, foundIn, ip, pairText } from "./facts.ts";

describe("doctor", () => {
  it("finds nothing of a pair in good order", () => {
    assert.deepEqual(foundIn(), []);
  });

  for (const [what, spoiled, expected] of cases)
    it(`finds ${what}`, () => {
      const found = foundIn(spoiled);
      assert.ok(
        found.some((text) => expected.test(text)),
        `${expected} is none of: ${found.join("\n")}`,
      );
    });

  it("has a case here for each finding", () => {
    const provoked = new Set(
      cases.flatMap(([, spoiled]) => foundIn(spoiled).map((text) => text.split(" ")[0])),
    );
    assert.deepEqual(
      findings.map(({ name }) => name).filter((name) => !provoked.has(name)),
      [],
    );
  });

  it("finds a VIP of another virtual server on the loopback device, too, and one elsewhere", () => {
    const lo = "iface lo inet static\n  address 192.168.26.10/32\n";
    const eth = "iface lo inet loopback\niface eth0 inet static\n  address 192.168.26.11/24\n";
    for (const text of [lo, eth])
      assert.match(
        foundIn({ facts: file("/etc/network/interfaces", text) }).join(),
        /^boot-address \(prevents\): \S+ sets 192\.168\.26\.1/,
      );
  });

  it("finds a VIP of IPv6 in another spelling", () => {
    const text = pairText
      .replace("192.168.26.11/24", '"fd26::11/64"')
      .replace("192.168.26.101", '"fd26::101"');
    const facts = file("/etc/netplan/a.yaml", 'addresses: ["FD26:0:0::11/64"]\n');
    assert.match(foundIn({ text, facts }).join(), /^boot-address .*a\.yaml:1 sets fd26::11 /);
  });

  it("counts a reserved range of ports", () => {
    const text = `${pairText}heartbeat: { port: 40000 }\n`;
    const of = (list: string) =>
      foundIn({ text, sysctls: { "net/ipv4/ip_local_reserved_ports": list } }).length;
    assert.deepEqual([of("39999"), of("40000"), of("1,39000-40100")], [1, 0, 0]);
  });

  it("says nothing of what is switched off", () => {
    const far = { device: "eth0", via: ip("192.168.26.1"), mtu: 1500 };
    const facts = server(1, { route: far });
    assert.equal(foundIn({ facts }).length, 1);
    const off = [
      "\n    active: false\n    real_servers: { rs2: {",
      "real_servers: { rs2: { active: false,",
    ];
    for (const instead of off) {
      const text = pairText.replace("real_servers: { rs2: {", instead);
      assert.deepEqual(foundIn({ text, facts }), []);
    }
  });

  it("leaves alone what is in order: comments, gateways, KeepConfiguration, the standby's peer", () => {
    const quiet: readonly Spoil[] = [
      file("/etc/network/interfaces", "# address 192.168.26.10\n  gateway 192.168.26.10\n"),
      file(
        "/etc/systemd/network/e.network",
        "[Match]\nName=eth0\n[Network]\nKeepConfiguration=static\n",
      ),
      file(
        "/etc/systemd/network/e.network",
        "[Match]\nName=wlan0\n[Network]\nAddress=192.168.26.100/24\n",
      ),
      () => ({
        networkFiles: [
          { path: "/etc/e.network", text: "[Match]\nName=eth0\n" },
          { path: "/etc/e.network.d/lvsd.conf", text: "[Network]\nKeepConfiguration=yes\n" },
        ],
      }),
      ({ daemon }) => ({
        daemon: daemon && { ...daemon, state: "standby" },
        peerMacs: ["02:00:00:00:02:01"],
        vipAnswers: [{ address: ip("192.168.26.10"), device: "eth0", macs: ["02:00:00:00:02:01"] }],
      }),
      peer({}),
      // A router that is a real server itself has the VIP on its loopback device.
      (sound) => ({
        devices: sound.devices.map((one, at) =>
          at === 0
            ? {
                ...one,
                addresses: [
                  ...one.addresses,
                  { prefix: { address: ip("192.168.26.101"), length: 24 } },
                ],
              }
            : one,
        ),
        networkFiles: [
          {
            path: "/etc/network/interfaces",
            text: "iface lo inet static\n  address 192.168.26.11/32\n",
          },
          {
            path: "/etc/systemd/network/l.network",
            text: "[Match]\nName=lo\n[Network]\nAddress=192.168.26.11/32\n",
          },
          {
            path: "/etc/network/interfaces.d/labelled",
            text: "iface lo:0 inet static\n  address 192.168.26.11/32\n",
          },
          {
            path: "/etc/network/interfaces.d/commands",
            text: "iface eth0 inet manual\n  up ip addr add 192.168.26.11/32 dev lo\n",
          },
          { path: "/etc/sysconfig/network/ifcfg-lo", text: "IPADDR_1=192.168.26.11/32\n" },
        ],
      }),
    ];
    for (const facts of quiet) assert.deepEqual(foundIn({ facts }), []);
    assert.equal(factsOf().config.virtualServers.length, 2);
  });
});
