import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { read } from "./surrounded.ts";

const lvs = `primary = 192.0.2.1
network = direct
virtual web {
  active = 1
  address = 198.51.100.10 eth0:1
  fwmark = 80
  port = 80
  send_program = "/root/check.sh %h"
  expect = "OK"
  server one {
    address = 10.9.0.1
    active = 1
    weight = 1
  }
}
`;

const ipAddr = `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default
    inet 127.0.0.1/8 scope host lo
2: eth0@if7: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default
    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff
    inet 198.51.100.2/26 brd 198.51.100.63 scope global eth0
       valid_lft forever preferred_lft forever
    inet6 2001:db8::2/64 scope global
3: eth1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500
    inet 10.9.0.2/24 scope global eth1
`;

describe("prefix lengths and devices from other files", () => {
  test("lvs.cf without vip_nmask: the network that ip addr shows", () => {
    const { yaml } = read(["lvs.cf", lvs], ["ip-addr.txt", ipAddr]);
    assert.equal(yaml.virtual_servers.web.address, "198.51.100.10/26");
    assert.equal(yaml.virtual_servers.web.device, "eth0:1");
  });
  test("ldirectord.cf and a table: length and device, in both families", () => {
    const text = `virtual=198.51.100.10:80\n    real=10.9.0.1:80 gate\n    service=http\nvirtual6=[2001:db8::10]:80\n    real6=[fd09::1]:80 gate\n    service=http\n`;
    const { yaml, said } = read(["ldirectord.cf", text], ["ip", ipAddr]);
    const [four, six] = Object.values(yaml.virtual_servers) as Record<string, string>[];
    assert.deepEqual([four?.address, four?.device], ["198.51.100.10/26", "eth0"]);
    assert.deepEqual([six?.address, six?.device], ["2001:db8::10/64", "eth0"]);
    assert.ok(!said.some((line) => /no given file says who claims/.test(line)));
    const table = read(["t.save", "-A -t 198.51.100.10:80 -s wlc\n"], ["ip", ipAddr]);
    const [one] = Object.values(table.yaml.virtual_servers) as Record<string, string>[];
    assert.deepEqual([one?.address, one?.device], ["198.51.100.10/26", "eth0"]);
  });
  test("one line an address, as ip -o prints it, and a label of its own", () => {
    const line =
      "2: eth0    inet 198.51.100.10/24 scope global secondary eth0:7\\       valid_lft forever\n";
    const { yaml } = read(["t.save", "-A -t 198.51.100.10:80 -s wlc\n"], ["ip", line]);
    const [one] = Object.values(yaml.virtual_servers) as Record<string, string>[];
    assert.deepEqual([one?.address, one?.device], ["198.51.100.10/24", "eth0:7"]);
  });
  test("ifcfg files, one address or several", () => {
    const table: [string, string] = ["t.save", "-A -t 198.51.100.10:80 -s wlc\n"];
    const one = read(table, ["ifcfg-eth2", "DEVICE=eth2\nIPADDR=198.51.100.3\nPREFIX=28\n"]);
    assert.match(one.text, /198\.51\.100\.10\/28/);
    const mask = 'DEVICE="eth2"\nIPADDR0=10.0.0.1\nIPADDR1=198.51.100.3\nNETMASK1=255.255.255.0\n';
    const several = read(table, ["ifcfg-eth2", mask]);
    assert.match(several.text, /198\.51\.100\.10\/24/);
    assert.match(several.text, /device: eth2/);
  });
  test("what is none of them is said", () => {
    const { said } = read(["lvs.cf", lvs], ["notes.txt", "call Bob\n"]);
    assert.ok(said.some((line) => /^left-out notes\.txt:1 .*not recognised/.test(line)));
  });
});

describe("firewall marks", () => {
  const rules = `*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -d 198.51.100.10/32 -p tcp -m multiport --dports 80,443 -j MARK --set-xmark 0x50/0xffffffff\nCOMMIT\n`;
  test("a rule that sets the mark is named, with its packets", () => {
    const { said } = read(["lvs.cf", lvs], ["iptables-save", rules]);
    assert.ok(
      said.some((line) =>
        /^carried iptables-save:3 .*\(tcp 198\.51\.100\.10 port 80, 443\)/.test(line),
      ),
    );
    assert.ok(!said.some((line) => line.startsWith("suspicious") && /mark/.test(line)));
  });
  test("rules without the mark, and no rules at all, are suspicious", () => {
    const other = rules.replace("0x50/", "0x51/");
    const without = read(["lvs.cf", lvs], ["iptables-save", other]).said;
    assert.ok(without.some((line) => /^suspicious lvs\.cf:6 .*no packet gets here/.test(line)));
    const alone = read(["lvs.cf", lvs]).said;
    assert.ok(
      alone.some((line) => /^suspicious lvs\.cf:6 .*give the output of iptables-save/.test(line)),
    );
  });
  test("a packet filter without rules prints nothing, which is known then", () => {
    const { said } = read(["lvs.cf", lvs], ["iptables.txt", "\n"]);
    assert.ok(said.some((line) => /^suspicious lvs\.cf:6 .*no packet gets here/.test(line)));
    assert.ok(said.some((line) => /^carried iptables\.txt:1 .*empty/.test(line)));
  });
  test("nft's words are understood, for keepalived's and ldirectord's marks and a table's", () => {
    const nft = `table ip mangle {\n  chain pre {\n    ip daddr 198.51.100.10 tcp dport { 80, 443 } meta mark set 0x00000007\n  }\n}\n`;
    const virtual = "    real_server 10.9.0.1 {\n        TCP_CHECK { connect_port 80 }\n    }\n}\n";
    const files: [string, string][] = [
      ["keepalived.conf", `virtual_server fwmark 7 {\n${virtual}`],
      ["ldirectord.cf", "virtual=7\n    real=10.9.0.1:80 gate\n    service=http\n"],
      ["table.save", "-A -f 7 -s wlc\n-a -f 7 -r 10.9.0.1:0 -g -w 1\n"],
    ];
    for (const file of files) {
      const { said } = read(file, ["ruleset.nft", nft]);
      assert.ok(
        said.some((line) => line.startsWith("carried ruleset.nft:3")),
        file[0],
      );
    }
  });
});

test("the manual's own script, which says OK when the answer is absent", () => {
  const script = `#!/bin/sh\nTEST=\`dig -t soa example.com @$1 | grep -c dns.example.com\`\nif [ $TEST != "1" ]; then\n  echo "OK"\nelse\n  echo "FAIL"\nfi\n`;
  const { said } = read(["lvs.cf", lvs], ["check.sh", script]);
  assert.ok(
    said.some((line) => /^suspicious lvs\.cf:8 .*check\.sh prints OK when .*absent/.test(line)),
  );
  const right = read(["lvs.cf", lvs], ["check.sh", script.replace("!=", "=")]);
  assert.ok(!right.said.some((line) => /absent/.test(line)));
});
