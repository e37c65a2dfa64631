/** What several parts of a file make together, and what lvsd cannot say: the rest passes. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parse } from "yaml";
import { importFiles } from "../../../../src/config/import/import.ts";
import {
  type ImporterName,
  type ImportOptions,
  importDefaults,
} from "../../../../src/config/import/imported.ts";
import { importLdirectord } from "../../../../src/config/import/ldirectord/convert.ts";
import { problemsOf } from "../filled-in.ts";

const unknown = { primary: null, backup: null };
const routers = {
  primary: { public: "192.0.2.1", private: null },
  backup: { public: "192.0.2.2", private: null },
};

/** The virtual servers and what is said; fails where the result does not pass `lvsd check`. */
function imported(from: ImporterName, text: string, given: Partial<ImportOptions> = routers) {
  const read = importFiles([{ name: "f", text }], from, { ...importDefaults, ...given });
  assert.ok("text" in read, JSON.stringify(read));
  assert.deepEqual(problemsOf(read.text), []);
  const said = read.findings.map(
    ({ kind, origin, subject, text: why }) => `${kind} ${origin?.line ?? 0} ${subject}: ${why}`,
  );
  return { yaml: parse(read.text), said, text: read.text, refused: read.refused };
}

const hasLine = (said: readonly string[], line: RegExp): void =>
  assert.ok(
    said.some((one) => line.test(one)),
    said.join("\n"),
  );

const real = (host: number, more = "") => `real_server 10.9.0.${host} { ${more}\n }\n`;

describe("all ports of an address and single ports of it", () => {
  test("of keepalived: the ports of the others are taken out", () => {
    const text = `virtual_server 192.0.2.10 {\n protocol TCP\n ${real(1)}}
virtual_server 192.0.2.10 80 {\n protocol TCP\n ${real(2)}}
virtual_server 192.0.2.10 443 {\n protocol TCP\n ${real(3)}}
virtual_server 192.0.2.10 53 {\n protocol UDP\n ${real(3)}}\n`;
    const { yaml, said } = imported("keepalived", text);
    const { "tcp-192.0.2.10-any": any, ...others } = yaml.virtual_servers;
    assert.deepEqual(any.ports, ["1-79", "81-442", "444-65535"]);
    assert.equal(Object.keys(others).length, 3);
    hasLine(said, /^changed 1 tcp-192\.0\.2\.10-any: all ports but 80, 443, which have services/);
  });

  test("of a table: ports at the ends and next to each other", () => {
    const add = (port: number) => `-A -t 192.0.2.10:${port} -s rr -p 60\n`;
    const { yaml } = imported("ipvsadm", [0, 1, 2, 4, 65_535].map(add).join(""));
    assert.deepEqual(yaml.virtual_servers["tcp-192.0.2.10-any"].ports, [3, "5-65534"]);
  });
});

describe("a quorum that the real servers cannot reach", () => {
  const text = (quorum: number, servers: string) =>
    `virtual_server 192.0.2.10 80 {\n protocol TCP\n quorum ${quorum}\n ${servers}}\n`;

  test("one of them has weight 0", () => {
    const { yaml, said } = imported("keepalived", text(3, real(1) + real(2) + real(3, "weight 0")));
    const { quorum } = yaml.virtual_servers["tcp-192.0.2.10-80"];
    assert.ok(quorum.up <= 2, JSON.stringify(quorum));
    hasLine(said, /quorum/);
  });

  test("one of them is left out, since it is a VIP", () => {
    const vip = "real_server 192.0.2.10 { }\n";
    const { yaml } = imported("keepalived", text(3, real(1) + real(2) + vip));
    assert.equal(yaml.virtual_servers["tcp-192.0.2.10-80"].quorum.up, 2);
  });
});

describe("one router of which two addresses are known", () => {
  test("the other one's private address is marked as well", () => {
    const given = { primary: { public: "192.0.2.1", private: "10.0.0.1" }, backup: null };
    const instance = `vrrp_instance V {\n interface eth0\n virtual_ipaddress { 192.0.2.10\n }\n}\n`;
    const { text } = imported("keepalived", instance, given);
    assert.match(text, /backup:\n {4}public: +# FILL IN.*\n {4}private: +# FILL IN/);
  });
});

describe("what lvsd check refuses is left out, and the rest passes", () => {
  const cases: readonly (readonly [
    name: string,
    from: ImporterName,
    text: string,
    said: RegExp,
    kept: RegExp,
  ])[] = [
    [
      "a port of lvs.cf that is none",
      "piranha",
      "primary = 192.0.2.1\nheartbeat_port = 99999\nvirtual w {\n active = 1\n address = 192.0.2.10 eth0:1\n}\n",
      /^left-out 2 heartbeat\.port: lvsd cannot take it over/,
      /dead_after/,
    ],
    [
      "a real server that the kernel refuses",
      "ipvsadm",
      "-A -t 192.0.2.10:80 -s rr\n-a -t 192.0.2.10:80 -r 10.9.0.1:80 -m -w 1\n-a -t 192.0.2.10:80 -r 10.9.0.2:80 -g -w 1 -x 5 -y 9\n",
      /^left-out 3 .*rs2\.connections/,
      /rs1/,
    ],
    [
      "a VIP that is a router's own address",
      "keepalived",
      "vrrp_instance V {\n interface eth0\n unicast_src_ip 192.0.2.7\n unicast_peer { 192.0.2.8\n }\n virtual_ipaddress {\n 192.0.2.7\n 192.0.2.10\n }\n}\n",
      /^left-out 1 vips\.0: .*192\.0\.2\.7 is routers/,
      /192\.0\.2\.10/,
    ],
  ];
  for (const [name, from, text, line, kept] of cases)
    test(name, () => {
      const read = imported(from, text, from === "keepalived" ? unknown : routers);
      hasLine(read.said, line);
      assert.match(read.text, kept);
      assert.ok(read.refused.length > 0);
    });

  test("nothing is left: what is to be served is marked", () => {
    const { text, said } = imported("keepalived", "global_defs {\n router_id x\n}\n");
    assert.match(text, /^virtual_servers: +# FILL IN: what is balanced/m);
    hasLine(said, /^suspicious 0 the file: neither/);
  });

  test("more of it than can be left out is refused, in bounded time", () => {
    const many = Array.from({ length: 2000 }, (_, at) => `-A -t 224.0.0.1:${at + 1} -s rr\n`);
    const began = process.cpuUsage();
    const text = many.join("");
    const read = importFiles([{ name: "f", text }], "ipvsadm", { ...importDefaults, ...routers });
    assert.ok("problems" in read);
    assert.match(read.problems[0]?.message ?? "", /^lvsd cannot take this over: /);
    assert.ok(process.cpuUsage(began).user < 20_000_000);
  });
});

describe("ranges and groups that stand for more than there is", () => {
  test("of keepalived: refused with the line", () => {
    const lines = Array.from({ length: 20 }, (_, at) => `10.0.${at * 4}.0/22 80\n`).join("");
    const text = `virtual_server_group G {\n${lines}}\nvirtual_server group G {\n ${real(1)}}\n`;
    const read = importFiles([{ name: "f", text }], "keepalived", importDefaults);
    assert.ok("problems" in read);
    assert.deepEqual(
      [read.problems[0]?.line, read.problems[0]?.message],
      [6, "more than 5000 addresses"],
    );
  });

  test("of ldirectord: the rest is left out", () => {
    const lines = Array.from(
      { length: 14 },
      (_, at) => `    real=10.${at}.0.0->10.${at}.15.255:80 gate\n`,
    ).join("");
    const files = [{ name: "f", text: `virtual=192.0.2.10:80\n${lines}    checktype=on\n` }];
    const read = importLdirectord(files, [], importDefaults);
    const said = "root" in read ? read.findings.map(({ text }) => text) : [];
    hasLine(said, /^more than 50000 real servers in all/);
  });
});
