/** Every keyword of keepalived.conf(5): each is read or reported, with its line. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parse } from "yaml";
import { importFiles } from "../../../../src/config/import/import.ts";
import { importDefaults } from "../../../../src/config/import/imported.ts";
import {
  globalTable,
  instanceTable,
  realServerTable,
  syncGroupTable,
  type Table,
  topTable,
  virtualServerTable,
} from "../../../../src/config/import/keepalived/keywords.ts";
import { problemsOf } from "../filled-in.ts";

const routers = {
  primary: { public: "192.0.2.1", private: null },
  backup: { public: "192.0.2.2", private: null },
};

function imported(text: string) {
  const files = [{ name: "keepalived.conf", text }];
  const read = importFiles(files, "keepalived", { ...importDefaults, ...routers });
  assert.ok("text" in read, JSON.stringify(read));
  assert.deepEqual(problemsOf(read.text), []);
  const said = read.findings.map(
    ({ kind, origin, subject, text: why }) => `${kind} ${origin?.line ?? 0} ${subject}: ${why}`,
  );
  return { yaml: parse(read.text), said };
}

const hasLine = (said: readonly string[], line: RegExp): void =>
  assert.ok(
    said.some((one) => line.test(one)),
    said.join("\n"),
  );

/** Line 2 is the keyword's. */
const places: readonly (readonly [name: string, table: Table, wrap: (line: string) => string])[] = [
  ["global_defs", globalTable, (line) => `global_defs {\n${line}\n}\n`],
  ["the top level", topTable, (line) => `\n${line}\n`],
  [
    "vrrp_instance",
    instanceTable,
    (line) => `vrrp_instance V {\n${line}\ninterface eth0\nvirtual_ipaddress { 192.0.2.10\n}\n}\n`,
  ],
  [
    "vrrp_sync_group",
    syncGroupTable,
    (line) =>
      `vrrp_sync_group G {\n${line}\ngroup { V\n }\n}\nvrrp_instance V { interface eth0 }\n`,
  ],
  [
    "virtual_server",
    virtualServerTable,
    (line) =>
      `virtual_server 192.0.2.10 80 {\n${line}\nprotocol TCP\nreal_server 10.9.0.1 { }\n}\n`,
  ],
  [
    "real_server",
    realServerTable,
    (line) =>
      `virtual_server 192.0.2.10 80 { protocol TCP\n${line}\n}\n`.replace(
        line,
        `real_server 10.9.0.1 { ${line}\n}`,
      ),
  ],
];

for (const [name, table, wrap] of places)
  describe(`keywords of ${name}`, () => {
    test("all that are not read are said, with what becomes of them", () => {
      const { said } = imported(Object.keys(table).length > 0 ? wrap("nonsense 1") : "");
      hasLine(said, /^suspicious 2 .*nonsense 1: keepalived does not know it and ignores the line/);
      for (const [keyword, fate] of Object.entries(table)) {
        if (fate === null) continue;
        const [kind, why] = fate;
        const lines = imported(wrap(`${keyword} 1`)).said;
        assert.ok(
          lines.some(
            (one) => one.startsWith(`${kind} 2 `) && one.includes(keyword) && one.endsWith(why),
          ),
          `${keyword}\n${lines.join("\n")}`,
        );
      }
    });

    test("a block that is unknown ends the surrounding one, and a near word is named", () => {
      const { said } = imported(wrap("nonsense { x\n }"));
      hasLine(said, /^suspicious 2 .*nonsense: keepalived does not know the block/);
    });
  });

test("words of other places, old ones and misspelt ones", () => {
  const global = (line: string) => imported(`global_defs {\n${line}\n}\n`).said;
  hasLine(global("lvs_id x"), /^suspicious 2 .*router_id has taken its place/);
  hasLine(
    global("lvs_sync_daemon_inteface eth1"),
    /^suspicious 2 .*did you mean lvs_sync_daemon_interface of a vrrp_instance/,
  );
  const inServer = (line: string) =>
    imported(`virtual_server 192.0.2.10 80 {\n${line}\nprotocol TCP\nreal_server 10.9.0.1 { }\n}\n`)
      .said;
  hasLine(inServer("persistence_granuality 32"), /did you mean persistence_granularity/);
  hasLine(inServer("TCP_CHECK { }"), /^suspicious 2 .*it belongs into a real_server/);
  const script = imported("vrrp_script S {\nscript /bin/x\nraise 2\n}\n").said;
  hasLine(script, /^suspicious 3 vrrp_script S: raise 2: .*the word is rise/);
  const inReal = imported(
    "virtual_server 192.0.2.10 80 {\nprotocol TCP\nreal_server 10.9.0.1 {\nSMTP_CHEKC { }\n}\n}\n",
  ).said;
  hasLine(inReal, /^suspicious 4 .*did you mean SMTP_CHECK/);
});

describe("VRRP instances", () => {
  const instance = (lines: string, more = "") =>
    imported(`vrrp_instance V {\ninterface eth0\n${lines}\n}\n${more}`);

  const vips: readonly (readonly [line: string, vip: object | null, said: RegExp | null])[] = [
    ["192.0.2.10", { address: "192.0.2.10/32", device: "eth0" }, null],
    ["192.0.2.10/24 dev eth1", { address: "192.0.2.10/24", device: "eth1" }, null],
    ["192.0.2.10/24 label eth0:7", { address: "192.0.2.10/24", device: "eth0:7" }, null],
    [
      "192.0.2.10/24 dev eth1 label eth0:7",
      { address: "192.0.2.10/24", device: "eth1" },
      /^suspicious 4 .*label eth0:7 is none of eth1/,
    ],
    [
      "192.0.2.10/24 label eth0:much-too-long",
      { address: "192.0.2.10/24", device: "eth0" },
      /^suspicious 4 .*longer than 15 letters, for which keepalived removes/,
    ],
    ["192.0.2.10/24 brd + scope global", { address: "192.0.2.10/24", device: "eth0" }, null],
    [
      "192.0.2.10/24 scope link peer 192.0.2.99/30",
      { address: "192.0.2.10/30", device: "eth0" },
      /^left-out 4 .*scope, peer: VIPs are claimed without it/,
    ],
    [
      "192.0.2.10/24 primary",
      { address: "192.0.2.10/24", device: "eth0" },
      /^suspicious 4 .*"primary" is ignored/,
    ],
    ["192.0.2.10/24 dev", null, /^suspicious 4 .*dev without a value: keepalived drops/],
    [
      "192.0.2.10/33",
      { address: "192.0.2.10/32", device: "eth0" },
      /^suspicious 4 .*"33" is no prefix length: keepalived takes 32/,
    ],
    ["2001:db8::10/64", { address: "2001:db8::10/64", device: "eth0" }, null],
  ];
  for (const [line, vip, expected] of vips)
    test(`the address line ${line}`, () => {
      const { yaml, said } = instance(`virtual_ipaddress {\n${line}\n}`);
      assert.deepEqual(yaml.vips ?? [], vip === null ? [] : [vip]);
      if (expected !== null) hasLine(said, expected);
    });

  test("addresses of a second family are ignored, but among the excluded", () => {
    const { yaml, said } = instance(
      "virtual_ipaddress {\n192.0.2.10\n2001:db8::10\n}\nvirtual_ipaddress_excluded {\n2001:db8::11\n}",
    );
    assert.deepEqual(
      yaml.vips.map(({ address }: { address: string }) => address),
      ["192.0.2.10/32", "2001:db8::11/128"],
    );
    hasLine(said, /^suspicious 5 .*not of the family of 192\.0\.2\.10/);
  });

  test("an address twice, and a VIP without a device", () => {
    hasLine(
      instance("virtual_ipaddress {\n192.0.2.10\n192.0.2.10\n}").said,
      /^suspicious 5 .*listed already/,
    );
    const { yaml, said } = imported("vrrp_instance V {\nvirtual_ipaddress {\n192.0.2.10\n}\n}\n");
    assert.deepEqual(yaml.vips, [{ address: "192.0.2.10/32" }]);
    hasLine(said, /^suspicious 3 .*a VIP without a device/);
    hasLine(said, /^suspicious 1 vrrp_instance V: no interface/);
  });

  const vip = "virtual_ipaddress { 192.0.2.10\n }";
  const heartbeats: readonly (readonly [lines: string, heartbeat: object])[] = [
    ["", { interval: "1s", dead_after: "3s" }],
    ["advert_int 0.5", { interval: "1s", dead_after: "3s" }],
    ["advert_int 0.5\nversion 3", { interval: "500ms", dead_after: "1500ms" }],
    ["advert_int 90", { interval: "60s", dead_after: "180s" }],
    ["down_timer_adverts 5", { interval: "1s", dead_after: "5s" }],
    ["down_timer_adverts 1", { interval: "1s", dead_after: "2s" }],
  ];
  for (const [lines, heartbeat] of heartbeats)
    test(`the heartbeat of ${JSON.stringify(lines)}`, () => {
      assert.deepEqual(instance(`${lines}\n${vip}`).yaml.heartbeat, heartbeat);
    });

  test("MASTER stays MASTER, and another word is BACKUP", () => {
    const failback = (lines: string) =>
      instance(`${lines}\nnopreempt\n${vip}`).yaml.failover.failback;
    assert.equal(failback("state MASTER\nstate BACKUP"), "auto");
    assert.equal(failback("state SLAVE"), "manual");
    hasLine(
      instance(`state SLAVE\n${vip}`).said,
      /^suspicious 3 state: "SLAVE" is neither MASTER nor BACKUP/,
    );
  });

  test("preempt_delay counts without MASTER and nopreempt, up to 1000 s", () => {
    const delay = (lines: string) => instance(`${lines}\n${vip}`);
    assert.equal(delay("preempt_delay 30").yaml.failover.failback_delay, "30s");
    for (const lines of [
      "preempt_delay 30\nnopreempt",
      "preempt_delay 30\nstate MASTER",
      "preempt_delay 2000",
    ])
      hasLine(delay(lines).said, /^suspicious 3 preempt_delay: .*keepalived ignores it/);
    hasLine(delay("priority 90").said, /^changed 1 failback_delay: .*keepalived preempts at once/);
  });

  test("announcements are the instance's, or those of global_defs", () => {
    const global = "global_defs { vrrp_garp_master_repeat 3\nvrrp_garp_master_refresh 60\n}\n";
    assert.deepEqual(instance(vip, global).yaml.failover.announce, { count: 3, refresh: "60s" });
    assert.deepEqual(instance(`garp_master_repeat 0\n${vip}`, global).yaml.failover.announce, {
      count: 1,
      refresh: "60s",
    });
  });

  test("tracked interfaces are watched; a weight is said", () => {
    const { yaml, said } = instance(
      `track_interface {\neth1\neth2 weight -20\n}\ndont_track_primary\n${vip}`,
    );
    assert.deepEqual(yaml.failover.monitor_links, ["eth1", "eth2"]);
    hasLine(said, /^changed 5 track_interface eth2: weight -20/);
  });

  test("a script that is not there tracks nothing", () => {
    const { said } = instance(
      `track_script {\nhere\ngone\n}\n${vip}`,
      "vrrp_script here {\nscript /bin/x\n}\n",
    );
    hasLine(said, /^left-out 4 .*track_script here: /);
    hasLine(said, /^suspicious 5 .*track_script gone: no vrrp_script of this name/);
  });

  test("another instance's unicast addresses are the second path", () => {
    const text = `vrrp_instance A {\ninterface eth0\npriority 150\nunicast_src_ip 198.51.100.1
unicast_peer { 198.51.100.2\n }\n${vip}\n}
vrrp_instance B {\ninterface eth1\npriority 150\nunicast_src_ip 10.0.0.1\nunicast_peer { 10.0.0.2\n }\n}\n`;
    const files = [{ name: "k", text }];
    const read = importFiles(files, "keepalived", importDefaults);
    assert.ok("text" in read);
    assert.deepEqual(parse(read.text).routers, {
      primary: { public: "198.51.100.1", private: "10.0.0.1" },
      backup: { public: "198.51.100.2", private: "10.0.0.2" },
    });
  });

  test("the kernel's synchronisation, in its three forms", () => {
    const more = `virtual_router_id 51\n${vip}`;
    const sync = (global: string, line = "") =>
      instance(`${line}\n${more}`, `global_defs {\n${global}\n}\n`);
    assert.deepEqual(sync("lvs_sync_daemon eth1 V id 7").yaml.connection_sync, {
      device: "eth1",
      id: 7,
    });
    assert.deepEqual(sync("lvs_sync_daemon eth1 V 9").yaml.connection_sync.id, 9);
    assert.deepEqual(sync("lvs_sync_daemon eth1 V").yaml.connection_sync.id, 51);
    assert.deepEqual(sync("", "lvs_sync_daemon_interface eth2").yaml.connection_sync, {
      device: "eth2",
      id: 51,
    });
    const rest = sync("lvs_sync_daemon eth1 V id 7 maxlen 1400 port 8849 ttl 2 group 239.1.2.3");
    assert.deepEqual(rest.yaml.connection_sync, {
      device: "eth1",
      id: 7,
      max_length: 1400,
      port: 8849,
      ttl: 2,
      group: "239.1.2.3",
    });
    const length = /^changed \d+ lvs_sync_daemon: connection_sync\.max_length is 160 bytes/;
    hasLine(sync("lvs_sync_daemon eth1 V id 7").said, length);
    assert.ok(rest.said.every((line) => !length.test(line)));
    const beyond = sync("lvs_sync_daemon eth1 V id 7 maxlen 100 group ff02::81");
    assert.deepEqual(beyond.yaml.connection_sync, { device: "eth1", id: 7 });
    hasLine(
      beyond.said,
      /^left-out \d+ lvs_sync_daemon maxlen 100: connection_sync\.max_length takes 160 to 1472/,
    );
    hasLine(beyond.said, /^left-out \d+ lvs_sync_daemon group ff02::81: .* one of IPv4/);
  });
});

test("a sync group without its inner block is none", () => {
  const { said } = imported("vrrp_sync_group G {\nA\nB\n}\nvrrp_instance A { interface eth0 }\n");
  hasLine(said, /^suspicious 1 vrrp_sync_group G: no members/);
});

test("timeouts out of range leave the kernel's", () => {
  const { yaml, said } = imported(
    "global_defs {\nlvs_timeouts tcp 900 tcpfin 0 udp 99999999\n}\nvrrp_instance A { interface eth0 }\n",
  );
  assert.deepEqual(yaml.timeouts, { tcp: "900s" });
  hasLine(said, /^changed 2 lvs_timeouts: udp "99999999" is not within/);
});

test("a quote that is never closed is said with its line", () => {
  const { said } = imported(
    'vrrp_instance A { interface eth0\n}\nvrrp_script S {\nscript "/bin/x\n}\n',
  );
  hasLine(said, /^suspicious 4 script "\/bin\/x: a quote that is never closed/);
});
