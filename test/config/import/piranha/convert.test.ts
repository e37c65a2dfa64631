import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Config } from "../../../../src/config/config.ts";
import { importFiles } from "../../../../src/config/import/import.ts";
import { type Finding, importDefaults } from "../../../../src/config/import/imported.ts";
import { readConfig } from "../../../../src/config/read-config.ts";

const global = `serial_no = 7
primary = 192.0.2.1
primary_private = 10.0.0.1
service = lvs
backup_active = 1
backup = 192.0.2.2
backup_private = 10.0.0.2
keepalive = 6
deadtime = 18
network = direct
monitor_links = 1
`;

const virtual = (lines: string, servers = 2): string => {
  const one = (at: number): string =>
    `  server s${at} {\n    address = 192.0.2.${20 + at}\n    active = 1\n    weight = 1\n  }\n`;
  const all = Array.from({ length: servers }, (_, at) => one(at)).join("");
  return `virtual web {\n  active = 1\n  address = 192.0.2.10 eth0:1\n  vip_nmask = 255.255.255.0\n${lines}${all}}\n`;
};

const base =
  global + virtual('  port = 80\n  send = "GET / HTTP/1.0\\r\\n\\r\\n"\n  expect = "OK"\n');

function imported(text: string, lenient = false) {
  const read = importFiles([{ name: "lvs.cf", text }], null, { ...importDefaults, lenient });
  assert.ok("text" in read, JSON.stringify(read));
  return read;
}

/** The configuration that comes of it, read as `lvsd check` reads it. */
function configOf(text: string): Config {
  const result = readConfig("/lvsd.yaml", {
    read: () => ({ text: imported(text).text }),
    glob: () => [],
  });
  assert.ok("config" in result, JSON.stringify(result));
  return result.config;
}

const kinds = (text: string, kind: Finding["kind"]): string[] =>
  imported(text)
    .findings.filter((finding) => finding.kind === kind)
    .map(({ origin, subject, text: why }) => `${origin?.line ?? 0} ${subject}: ${why}`);

describe("values are what Piranha's programs did with them", () => {
  test("routers, heartbeat, links and forwarding", () => {
    const config = configOf(base);
    assert.deepEqual(config.routers.primary, { public: "192.0.2.1", private: "10.0.0.1" });
    assert.deepEqual(config.routers.backup, { public: "192.0.2.2", private: "10.0.0.2" });
    assert.equal(config.heartbeat.interval, 6000);
    assert.equal(config.heartbeat.deadAfter, 18_000);
    assert.equal(config.heartbeat.protocol, "auto", "a Piranha on the other router is understood");
    assert.ok(kinds(base, "changed").some((text) => /heartbeat: .*pulse.*lvsd keygen/.test(text)));
    const alone = base.replace("backup_active = 1", "backup_active = 0");
    assert.equal(configOf(alone).heartbeat.protocol, "lvsd", "alone there is nobody to speak to");
    assert.ok(!kinds(alone, "changed").some((text) => /keygen/.test(text)));
    assert.equal(config.failover.failback, "manual");
    assert.equal(config.serial, 7);
    const [web] = config.virtualServers;
    assert.equal(web?.name, "web");
    assert.equal(web?.realServers[0]?.forwarding, "direct");
    assert.equal(web?.reentry, 180_000);
  });

  test("a check goes down at the first failure and asks every timeout", () => {
    const check = configOf(base).virtualServers[0]?.realServers[0]?.check;
    assert.ok(JSON.stringify(check).includes('"send_expect"'), JSON.stringify(check));
    assert.ok(JSON.stringify(check).includes('"fall":1'));
  });

  test("port 80 without a check is asked as a web server", () => {
    const { text } = imported(global + virtual("  port = 80\n"));
    assert.match(text, /send: 'GET \/ HTTP\/1\.0\\r\\n\\r\\n'/);
    assert.match(text, /expect: HTTP/);
  });

  test("another port without a check is connected to", () => {
    assert.match(imported(global + virtual("  port = 25\n")).text, /type: tcp/);
  });

  test("a program's words stand apart, and its whole output is compared", () => {
    const { text } = imported(
      global + virtual('  port = 81\n  send_program = "/bin/look %h x"\n  expect = "up."\n'),
    );
    assert.match(text, /command: \/bin\/look/);
    assert.match(text, /args: \['%h', x\]/);
    assert.match(text, /expect: '\^up\\\.\\s\?\$'/);
  });

  test("primary_private alone decides whether there is a private path", () => {
    const without = base.replace("primary_private = 10.0.0.1\n", "");
    assert.equal(configOf(without).routers.primary.private, null);
    assert.equal(kinds(without, "left-out").length, 1);
  });

  test("an inactive backup is no router", () => {
    const text = base.replace("backup_active = 1", "backup_active = 0");
    assert.equal(configOf(text).routers.backup, null);
  });

  test("a deadtime below two intervals is raised, and said", () => {
    const text = base.replace("deadtime = 18", "deadtime = 7");
    assert.equal(configOf(text).heartbeat.deadAfter, 12_000);
    assert.ok(kinds(text, "changed").some((line) => line.startsWith("9 deadtime: 12s")));
  });

  test("active_cmd and inactive_cmd are a failover service", () => {
    const config = configOf(`active_cmd = "/sbin/up now"\ninactive_cmd = /sbin/down\n${base}`);
    assert.match(JSON.stringify(config.failover.services), /"\/sbin\/up".*"now".*"\/sbin\/down"/);
  });

  test("service = fos: commands that run on the active router, with their addresses", () => {
    const text = `${global.replace("service = lvs", "service = fos")}failover db {
  active = 1
  address = 192.0.2.30 eth0:3
  vip_nmask = 255.255.255.0
  port = 5432
  start_cmd = "/etc/init.d/db start"
  stop_cmd = "/etc/init.d/db stop"
}
`;
    const config = configOf(text);
    assert.match(JSON.stringify(config.failover.services), /"\/etc\/init.d\/db".*"start"/);
    assert.equal(config.vips[0]?.prefix.address, "192.0.2.30");
  });
});

describe("what was probably never meant is named with its line", () => {
  const cases: readonly (readonly [what: string, text: string, line: RegExp])[] = [
    [
      "an answer that every web server gives",
      global + virtual('  port = 80\n  send = "x"\n  expect = "HTTP"\n'),
      /^18 virtual web: every HTTP answer/,
    ],
    ["weight 0", base.replace("weight = 1", "weight = 0"), /^22 server s0: weight 0 is 1/],
    [
      "one alias for two addresses",
      base + virtual("  port = 81\n").replace("192.0.2.10", "192.0.2.11").replace("web", "two"),
      /^32 virtual two: eth0:1 carries 192\.0\.2\.10 already.*relabelled eth0:2/,
    ],
    [
      "the same server twice",
      base.replace("192.0.2.21", "192.0.2.20"),
      /^24 server s1: listed twice/,
    ],
    [
      "no real server",
      global + virtual("  port = 80\n", 0),
      /^12 virtual web: it has no real server/,
    ],
    [
      "an escape at which nanny hangs",
      base.replace('"OK"', '"O\\.K"'),
      /nanny never comes back from \\\./,
    ],
    ["single quotes that stay", base.replace('"OK"', "'OK'"), /keeps the single quotes/],
    ["nat without a gateway", base.replace("= direct", "= nat"), /nat without nat_router/],
    ["timeout 0", global + virtual("  port = 81\n  timeout = 0\n"), /ends nanny by a division/],
    [
      "UDP without a question",
      global + virtual("  port = 53\n  protocol = udp\n"),
      /a UDP service without send/,
    ],
    ["a carriage return", base.replace("serial_no = 7\n", "# x\r\nserial_no = 7\n"), /line ends/],
  ];
  for (const [what, text, line] of cases)
    test(what, () => {
      assert.deepEqual(kinds(base, "suspicious"), []);
      const found = kinds(text, "suspicious");
      assert.ok(
        found.some((one) => line.test(one)),
        found.join("\n"),
      );
    });
});

test("each problem of the result names the line of lvs.cf", () => {
  const text = `${base}virtual other {\n  active = 1\n  address = 192.0.2.1 eth0:2\n  port = 82\n}\n`;
  const result = readConfig("/etc/sysconfig/ha/lvs.cf", { read: () => ({ text }), glob: () => [] });
  assert.ok("problems" in result);
  const [problem] = result.problems;
  assert.equal(problem?.file, "/etc/sysconfig/ha/lvs.cf");
  assert.equal(
    problem?.line,
    text.split("\n").findIndex((line) => line.includes("192.0.2.1 eth0:2")) + 1,
  );
});

test("lvs.cf is read where lvsd.yaml is", () => {
  const result = readConfig("/etc/lvs.cf", { read: () => ({ text: base }), glob: () => [] });
  assert.ok("config" in result, JSON.stringify(result));
  assert.equal(result.config.virtualServers[0]?.name, "web");
});

test("mutated files end in a result or in problems, whatever they are", () => {
  const mutation = fc.record({
    at: fc.nat(base.length),
    cut: fc.nat(40),
    put: fc.oneof(
      fc.string({ maxLength: 30 }),
      fc.constantFrom('"', "'", "{", "}", "\r", "\n", "="),
    ),
  });
  fc.assert(
    fc.property(fc.array(mutation, { maxLength: 8 }), fc.boolean(), (mutations, lenient) => {
      let text = base;
      for (const { at, cut, put } of mutations)
        text = text.slice(0, at) + put + text.slice(at + cut);
      const read = importFiles([{ name: "lvs.cf", text }], "piranha", {
        ...importDefaults,
        lenient,
      });
      if ("problems" in read) assert.ok(read.problems.length > 0);
      else readConfig("/lvsd.yaml", { read: () => ({ text: read.text }), glob: () => [] });
    }),
    { numRuns: 300 },
  );
});
