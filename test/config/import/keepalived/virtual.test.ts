import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { accepted, readText } from "../../texts.ts";
import { includes } from "../includes.ts";
import { imported, pair, said, web } from "./imported.ts";

describe("a virtual server", () => {
  const { yaml } = imported(pair + web);

  test("the virtual server has its VIP's device, scheduler, persistence and servers", () => {
    const server = yaml.virtual_servers["tcp-192.0.2.10-80"];
    assert.equal(server.address, "192.0.2.10/24");
    assert.equal(server.device, "eth0:1");
    assert.equal(server.scheduler, "rr");
    assert.equal(server.forwarding, "direct");
    assert.equal(server.start, "up");
    assert.deepEqual(server.persistence, { timeout: "50s" });
    assert.deepEqual(server.check, {
      type: "tcp",
      interval: "6s",
      timeout: "3s",
      fall: 3,
      fall_interval: "1s",
      rise: 1,
    });
    assert.deepEqual(Object.values(server.real_servers), [
      { address: "192.0.2.21", weight: 3 },
      { address: "192.0.2.22", weight: 1 },
    ]);
  });
});

describe("what keepalived swallows of a virtual server is said with its line", () => {
  const cases: readonly (readonly [what: string, text: string, line: RegExp])[] = [
    [
      "a time with a unit",
      web.replace("delay_loop 6", "delay_loop 10s"),
      /^suspicious 2 delay_loop: .*microseconds/,
    ],
    [
      "an unknown scheduler",
      web.replace("rr", "conhash"),
      /^changed 3 lb_algo: "conhash" is no scheduler: wlc/,
    ],
    [
      "no protocol",
      web.replace("    protocol TCP\n", ""),
      /^suspicious 1 protocol: none is given, which is UDP/,
    ],
    [
      "quorum + hysteresis above all weights",
      web.replace("delay_loop 6", "quorum 3\nhysteresis 5"),
      /^suspicious 3 hysteresis: .*never comes up again/,
    ],
    ["a VIP in no instance", web, /^suspicious 1 192\.0\.2\.10: in no vrrp_instance/],
    [
      "a script that stops keepalived",
      web.replace("weight 3", 'notify_down "systemctl stop keepalived"'),
      /^left-out 8 notify_down: .*needs thought/,
    ],
  ];

  for (const [what, text, line] of cases)
    test(what, () => {
      includes(said(text), line);
    });
});

const quorumText = `vrrp_instance VI_1 {
    state MASTER
    interface eth0
    virtual_router_id 51
    priority 150
    unicast_src_ip 192.0.2.1
    unicast_peer { 192.0.2.2 }
    virtual_ipaddress { 192.0.2.10/24 dev eth0 }
}
virtual_server 192.0.2.10 80 {
    lb_algo wrr
    lb_kind NAT
    protocol TCP
    quorum 2
    hysteresis 1
    sorry_server 10.0.0.99 8080
    real_server 10.0.0.1 80 { weight 1 }
    real_server 10.0.0.2 80 { weight 1 }
    real_server 10.0.0.3 80 { weight 1 }
}
`;

test("keepalived's quorum where weights differ, or where a check gives them", () => {
  const quorumOf = (text: string) =>
    accepted(readText(imported(text).text)).virtualServers[0]?.quorum;
  const heavy = quorumText.replace("3 80 { weight 1", "3 80 { weight 5");
  assert.deepEqual(quorumOf(heavy), {
    count: "weights",
    up: { value: 3, unit: "number" },
    down: { value: 0, unit: "number" },
  });
  const dynamic = "3 80 { MISC_CHECK {\nmisc_path /bin/w\nmisc_dynamic\n}";
  assert.equal(quorumOf(quorumText.replace("3 80 { weight 1", dynamic))?.count, "weights");
  // A quorum of any weight is any server.
  assert.deepEqual(quorumOf(heavy.replace("quorum 2", "quorum 1")), {
    count: "servers",
    up: { value: 1, unit: "number" },
    down: { value: 0, unit: "number" },
  });
});

test("quorum, hysteresis and sorry server are a configuration", () => {
  const [web] = accepted(readText(imported(quorumText).text)).virtualServers;
  assert.deepEqual(web?.quorum, {
    count: "servers",
    up: { value: 3, unit: "number" },
    down: { value: 0, unit: "number" },
  });
  assert.deepEqual(web?.sorryServer, { address: "10.0.0.99", port: 8080, forwarding: "nat" });
});
