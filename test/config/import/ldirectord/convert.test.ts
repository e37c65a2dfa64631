import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { parse } from "yaml";
import { importFiles } from "../../../../src/config/import/import.ts";
import { type ImportOptions, importDefaults } from "../../../../src/config/import/imported.ts";

const web = `checktimeout=3
checkinterval=5
quiescent=yes
fallback=127.0.0.1:80

# The shop
virtual=192.0.2.10:http
        real=192.0.2.21->192.0.2.23:80 gate 10
        real=192.0.2.24:80 gate 5 "other","fine"
        service=http
        request="index.html"
        receive="Test Page"
        virtualhost=www.example.com
        scheduler=wlc
        persistent=600
        netmask=255.255.255.0
        protocol=tcp
`;

function read(text: string, options: Partial<ImportOptions> = {}, ...more: [string, string][]) {
  const files = [
    { name: "ldirectord.cf", text },
    ...more.map(([name, part]) => ({ name, text: part })),
  ];
  return importFiles(files, null, { ...importDefaults, ...options });
}

function imported(text: string, options: Partial<ImportOptions> = {}, ...more: [string, string][]) {
  const result = read(text, options, ...more);
  assert.ok("text" in result, JSON.stringify(result));
  return { ...result, yaml: parse(result.text) };
}

const server = (text: string, options?: Partial<ImportOptions>) =>
  Object.values(imported(text, options).yaml.virtual_servers)[0] as Record<string, unknown>;

test("a virtual with its servers, checks, persistence and fallback", () => {
  const one = server(web);
  assert.equal(one.address, "192.0.2.10");
  assert.equal(one.port, 80);
  assert.equal(one.forwarding, "direct");
  assert.equal(one.quiesce, true);
  assert.deepEqual(one.persistence, { timeout: "600s", netmask: "255.255.255.0" });
  assert.deepEqual(one.sorry_server, { address: "127.0.0.1" });
  assert.deepEqual(one.check, {
    ...{ type: "http", path: "/index.html", host: "www.example.com", expect: "Test Page" },
    ...{ interval: "5s", timeout: "3s", fall: 1, rise: 1 },
  });
  const servers = one.real_servers as Record<string, object>;
  assert.deepEqual(Object.keys(servers), [
    "rs-192.0.2.21",
    "rs-192.0.2.22",
    "rs-192.0.2.23",
    "rs-192.0.2.24",
  ]);
  assert.deepEqual(servers["rs-192.0.2.24"], {
    address: "192.0.2.24",
    check: { path: "/other", expect: "fine" },
    weight: 5,
  });
});

describe("what ldirectord refuses is refused with its line, and --lenient reads it as it was meant", () => {
  const refused: readonly (readonly [what: string, text: string, message: RegExp])[] = [
    [
      "a comment behind a yes or no",
      web.replace("quiescent=yes", "quiescent=yes # keep"),
      /^3: .*quiescent takes yes or no/,
    ],
    [
      "a carriage return",
      web.replace("checkinterval=5", "checkinterval=5\r"),
      /^2: .*a carriage return/,
    ],
    [
      "a blank line in a block",
      web.replace("        service=http\n", "\n        service=http\n"),
      /^10: .*ended the block|^11: .*ended the block/,
    ],
    [
      "two blanks of indentation",
      web.replace("        service", "  service"),
      /^10: .*indented by 2/,
    ],
    [
      "an unquoted request",
      web.replace('"index.html"', "index.html"),
      /^11: .*request without quotes/,
    ],
    [
      "a missing forwarding method",
      web.replace("24:80 gate 5", "24:80 5"),
      /^9: .*"5" is no forwarding method/,
    ],
    ["a range of ports", web.replace("10:http", "10:8000-8010"), /^7: .*"8000-8010" is no port/],
    [
      "an address without a port",
      web.replace("192.0.2.10:http", "192.0.2.10"),
      /^7: .*has no port: it becomes a firewall mark/,
    ],
    [
      "the same virtual twice",
      web + web.slice(web.indexOf("virtual=")),
      /^18: .*the same virtual as in ldirectord\.cf:7/,
    ],
    [
      "IPv6 under virtual",
      web.replace("192.0.2.10", "[2001:db8::1]"),
      /^7: .*2001:db8::1 under virtual/,
    ],
    [
      "an unknown directive",
      web.replace("scheduler=", "schedular="),
      /^14: .*Unknown command "schedular"/,
    ],
    ["a directive that was removed", `timeout=3\n${web}`, /^1: .*timeout was removed/],
    ["a range backwards", web.replace("21->192.0.2.23", "23->192.0.2.21"), /^8: .*no range/],
  ];
  for (const [what, text, message] of refused)
    test(what, () => {
      const result = read(text);
      assert.ok("problems" in result, what);
      const lines = result.problems.map((problem) => `${problem.line}: ${problem.message}`);
      assert.ok(
        lines.some((one) => message.test(one)),
        lines.join("\n"),
      );
      const lenient = read(text, { lenient: true });
      assert.ok("text" in lenient);
    });
});

describe("checks", () => {
  const check = (lines: string, port = 80) =>
    server(`virtual=192.0.2.10:${port}\n    real=192.0.2.21:${port} masq\n${lines}`)
      .check as Record<string, unknown>;
  const cases: readonly (readonly [lines: string, port: number, check: object])[] = [
    ["    checktype=connect\n", 80, { type: "tcp", timeout: "5s" }],
    ["    checktype=connect\n    protocol=udp\n", 80, { type: "ping" }],
    ["    checktype=on\n", 80, { type: "none" }],
    ["    service=pop\n", 110, { type: "pop3", timeout: "30s" }],
    [
      '    service=mysql\n    login="u"\n    passwd="p"\n    database="d"\n    request="SELECT 1"\n',
      3306,
      { type: "mysql", user: "u", query: "SELECT 1", database: "d" },
    ],
    [
      '    service=simpletcp\n    request="PING"\n    receive="PO.G"\n',
      7,
      { type: "send_expect", send: "PING", expect: "PO.G", regex: true },
    ],
    [
      '    checktype=external\n    checkcommand="/bin/look"\n',
      22,
      { type: "command", command: "/bin/look", convention: "ldirectord" },
    ],
    ["    checktype=3\n", 25, { type: "smtp" }],
    ["    checkport=8080\n", 80, { type: "http", port: 8080 }],
    [
      '    request="http://www.example.com"\n',
      3128,
      { type: "http", path: "http://www.example.com/" },
    ],
  ];
  for (const [lines, port, expected] of cases)
    test(lines.trim().replaceAll(/\s+/g, " "), () => {
      const found = check(lines, port);
      for (const [key, value] of Object.entries(expected)) assert.deepEqual(found[key], value, key);
      assert.ok(!JSON.stringify(found).includes('"p"'), "no password is in the result");
    });

  test("off: the virtual server is not served", () => {
    assert.equal(
      server("virtual=192.0.2.10:80\n    real=192.0.2.21 gate\n    checktype=off\n").active,
      false,
    );
  });
});

describe("where lvsd's table differs from ldirectord's", () => {
  const reported = (text: string): string[] =>
    imported(text).findings.map(({ origin, subject, text: why }) => {
      return `${origin?.line} ${subject}: ${why}`;
    });
  const marked = "virtual=5\n    real=192.0.2.21:8080 masq\n    checktype=connect\n";
  const unmarked = "virtual=192.0.2.10:80\n    real=192.0.2.21 masq\n    checktype=connect\n";
  const about = (text: string, pattern: RegExp): number =>
    reported(text).filter((line) => pattern.test(line)).length;

  test("off: the empty virtual service is named", () =>
    assert.equal(
      about(
        unmarked.replace("connect", "off"),
        /^3 virtual=192\.0\.2\.10:80: .*without a real server/,
      ),
      1,
    ));

  test("a mark with NAT: the real server's port is its own, and kept where connections persist", () => {
    const kept = /^2 real=192\.0\.2\.21:8080: .*connections keep their port: 0 in lvsd/;
    assert.deepEqual(server(marked).real_servers, {
      "rs-192.0.2.21": { address: "192.0.2.21", port: 8080, weight: 1 },
    });
    assert.equal(about(marked, kept), 0);
    assert.equal(about(`${marked}    persistent=60\n`, kept), 1);
    assert.equal(about(marked.replace("masq", "gate"), kept), 1);
    assert.equal(about(marked.replace(":8080", ""), /keep their port/), 0);
  });

  test("a mark's real servers are checked at their own port, without one at the service's", () => {
    const http = marked.replace("connect", "negotiate\n    service=http");
    const portOf = (text: string) => (server(text).check as { port?: number }).port;
    assert.equal(portOf(http), undefined);
    assert.equal(portOf(http.replace(":8080", "")), 80);
  });

  test("a real server without a port: the virtual server's, as the kernel takes it", () => {
    const none = /^2 real=192\.0\.2\.21: no port: ldirectord writes 0/;
    assert.equal(about(unmarked, none), 1);
    assert.equal(about(unmarked.replace("21 masq", "21:0 masq"), none), 1);
    assert.equal(about(unmarked.replace("21 masq", "21:80 masq"), none), 0);
    assert.equal(about(unmarked.replace("masq", "gate"), none), 0);
  });
});

describe("what was probably never meant", () => {
  const said = (text: string): string[] =>
    imported(text).findings.map(
      ({ kind, origin, subject, text: why }) => `${kind} ${origin?.line} ${subject}: ${why}`,
    );
  const cases: readonly (readonly [string, RegExp])[] = [
    [
      web.replace("Test Page", "HTTP/1.1 200 OK"),
      /^suspicious 12 receive: the status line is not searched/,
    ],
    [web.replace("persistent=600", "#"), /^suspicious 16 netmask: has no effect/],
    [
      web.replace("192.0.2.24:80", "192.0.2.22:80"),
      /^suspicious 9 real=192\.0\.2\.22:80: listed twice/,
    ],
    [web.replace("24:80", "24:8080"), /^suspicious 9 real=192\.0\.2\.24: port 8080: with direct/],
    [
      web.replace("127.0.0.1:80", "192.0.2.10:80"),
      /^suspicious 4 fallback: the fallback is the VIP itself/,
    ],
    [
      web.replace("service=http", "service=dns").replace("receive", "comment"),
      /^suspicious 10 service=dns: without receive/,
    ],
    ["virtual=5\n    real=192.0.2.21 gate\n", /^suspicious 1 virtual=5: the packet filter/],
  ];
  for (const [text, line] of cases)
    test(String(line), () => {
      const lines = said(text);
      assert.ok(
        lines.some((one) => line.test(one)),
        lines.join("\n"),
      );
    });
});

test("virtuals that differ only in the port are offered, and folded where it is asked for", () => {
  const one = (port: number): string =>
    `virtual=192.0.2.10:${port}\n    real=192.0.2.21 gate\n    checktype=connect\n\n`;
  const text = one(81) + one(82) + one(83);
  assert.equal(Object.keys(imported(text).yaml.virtual_servers).length, 3);
  const folded = Object.values(imported(text, { fold: true }).yaml.virtual_servers) as {
    ports: number[];
  }[];
  assert.deepEqual(
    folded.map(({ ports }) => ports),
    [[81, 82, 83]],
  );
});

test("ha.cf, haresources and ip addr fill in what ldirectord.cf does not say", () => {
  const { yaml, findings } = imported(
    web,
    {},
    [
      "ha.cf",
      "keepalive 2\ndeadtime 10\nudpport 694\nucast eth0 192.0.2.2\nauto_failback off\nping 192.0.2.254\nnode lb1 lb2\n",
    ],
    ["haresources", "lb1 IPaddr2::192.0.2.10/24/eth0 ldirectord::ldirectord.cf httpd\n"],
  );
  assert.deepEqual(yaml.heartbeat, { interval: "2s", dead_after: "10s", port: 694 });
  assert.deepEqual(yaml.failover, { failback: "manual", gateway: ["192.0.2.254"] });
  const [one] = Object.values(yaml.virtual_servers) as { address: string; device: string }[];
  assert.equal(one?.address, "192.0.2.10/24");
  assert.equal(one?.device, "eth0");
  assert.ok(findings.some(({ subject, kind }) => subject === "httpd" && kind === "left-out"));
});

test("mutated files end in a result or in problems, whatever they are", () => {
  const words = fc.constantFrom('"', "\n", "\t", "    ", "#", "->", ":", "virtual=", "\r");
  const mutation = fc.record({
    at: fc.nat(web.length),
    cut: fc.nat(30),
    put: fc.oneof(fc.string({ maxLength: 20 }), words),
  });
  fc.assert(
    fc.property(fc.array(mutation, { maxLength: 8 }), fc.boolean(), (mutations, lenient) => {
      let text = web;
      for (const { at, cut, put } of mutations)
        text = text.slice(0, at) + put + text.slice(at + cut);
      const result = importFiles([{ name: "l.cf", text }], "ldirectord", {
        ...importDefaults,
        lenient,
      });
      if ("text" in result) parse(result.text);
      else assert.ok(result.problems.length > 0);
    }),
    { numRuns: 300 },
  );
});
