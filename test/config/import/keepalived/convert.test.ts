import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { parse } from "yaml";
import { importFiles } from "../../../../src/config/import/import.ts";
import { type ImportOptions, importDefaults } from "../../../../src/config/import/imported.ts";

function imported(text: string, options: Partial<ImportOptions> = {}, ...more: [string, string][]) {
  const files = [
    { name: "keepalived.conf", text },
    ...more.map(([name, part]) => ({ name, text: part })),
  ];
  const read = importFiles(files, null, { ...importDefaults, ...options });
  assert.ok("text" in read, JSON.stringify(read));
  return { ...read, yaml: parse(read.text) };
}

const pair = `vrrp_instance VI_1 {
    state MASTER
    interface eth0
    virtual_router_id 51
    priority 150
    advert_int 1
    unicast_src_ip 192.0.2.1
    unicast_peer { 192.0.2.2 }
    authentication { auth_type PASS
        auth_pass 1111
    }
    virtual_ipaddress {
        192.0.2.10/24 dev eth0 label eth0:1
        192.0.2.50/24
    }
}
`;

const web = `virtual_server 192.0.2.10 80 {
    delay_loop 6
    lb_algo rr
    lb_kind DR
    persistence_timeout 50
    protocol TCP
    real_server 192.0.2.21 80 {
        weight 3
        TCP_CHECK { connect_timeout 3
            retry 2
        }
    }
    real_server 192.0.2.22 80 {
        TCP_CHECK {
            connect_timeout 3
            retry 2
        }
    }
}
`;

const said = (text: string, options?: Partial<ImportOptions>): string[] =>
  imported(text, options).findings.map(
    ({ kind, origin, subject, text: why }) => `${kind} ${origin?.line ?? 0} ${subject}: ${why}`,
  );

describe("a pair with one virtual server", () => {
  const { yaml } = imported(pair + web);

  test("routers, heartbeat, links and VIPs come from the instance", () => {
    assert.deepEqual(yaml.routers, {
      primary: { public: "192.0.2.1" },
      backup: { public: "192.0.2.2" },
    });
    assert.deepEqual(yaml.heartbeat, { interval: "1s", dead_after: "3s" });
    assert.deepEqual(yaml.failover, { failback: "auto", monitor_links: ["eth0"] });
    assert.deepEqual(yaml.vips, [{ address: "192.0.2.50/24", device: "eth0" }]);
  });

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

describe("what keepalived swallows is said with its line", () => {
  const cases: readonly (readonly [what: string, text: string, line: RegExp])[] = [
    [
      "a time with a unit",
      web.replace("delay_loop 6", "delay_loop 10s"),
      /^suspicious 2 delay_loop: .*microseconds/,
    ],
    [
      "a forwarding in lower case",
      web.replace("DR", "dr"),
      /^suspicious 4 lb_kind: "dr" \(upper case only\)/,
    ],
    [
      "an unknown scheduler",
      web.replace("rr", "conhash"),
      /^changed 3 lb_algo: "conhash" is no scheduler: wlc/,
    ],
    [
      "nb_get_retry in a TCP_CHECK",
      web.replace("retry 2", "nb_get_retry 2"),
      /^suspicious 10 nb_get_retry/,
    ],
    [
      "what a check of lvsd cannot say",
      web.replace("retry 2", "bindto 192.0.2.99"),
      /^left-out 10 TCP_CHECK bindto 192\.0\.2\.99: checks come from the address/,
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
    [
      "the same server twice",
      web.replace("192.0.2.22", "192.0.2.21"),
      /^suspicious 13 real_server 192\.0\.2\.21 80: listed twice/,
    ],
    ["a VIP in no instance", web, /^suspicious 1 192\.0\.2\.10: in no vrrp_instance/],
    ["MASTER with nopreempt", pair.replace("priority 150", "nopreempt"), /^suspicious 5 nopreempt/],
    ["a brace too many", `${web}}\n`, /^suspicious 20 \}: closes no block/],
    [
      "a block that is never closed",
      pair.slice(0, -2),
      /^suspicious 12 virtual_ipaddress: its block|^suspicious 1 vrrp_instance: its block/,
    ],
    [
      "a name among the VIPs",
      pair.replace("192.0.2.50/24", "fwmark 21"),
      /^suspicious 14 .*fwmark 21: no address/,
    ],
    [
      "a script that stops keepalived",
      web.replace("weight 3", 'notify_down "systemctl stop keepalived"'),
      /^left-out 8 notify_down: .*needs thought/,
    ],
    [
      "certificates that nobody verifies",
      web.replace("TCP_CHECK", "SSL_GET { url { path / } }\nTCP_CHECK"),
      /^suspicious \d+ SSL_GET: certificates are not verified/,
    ],
  ];
  for (const [what, text, line] of cases)
    test(what, () => {
      const lines = said(text);
      assert.ok(
        lines.some((one) => line.test(one)),
        lines.join("\n"),
      );
    });
});

describe("the language", () => {
  const servers = (
    text: string,
    ...more: [string, string][]
  ): Record<string, { real_servers: object }> => imported(text, {}, ...more).yaml.virtual_servers;

  test("two keywords on a line are one with extra words", () => {
    const { yaml } = imported(web.replace("delay_loop 6\n", "delay_loop 6 lb_algo wrr\n"));
    assert.equal(yaml.virtual_servers["tcp-192.0.2.10-80"].scheduler, "rr");
  });

  test("comments end at # and !, but not within double quotes", () => {
    const text = web
      .replace("retry 2", "retry 3#three")
      .replace("persistence_timeout 50", "! none");
    const [server] = Object.values(imported(text).yaml.virtual_servers) as {
      persistence?: object;
    }[];
    assert.equal(server?.persistence, undefined);
  });

  test("parameters, sequences and lists are expanded", () => {
    const text = `$NET=192.0.2
$KIND=TCP
virtual_server \${NET}.10 80 {
  protocol $KIND
  ~SEQ(N, 21, 23) real_server \${NET}.$N 80 { weight 2 }
  ~LST({A,W}, {31,5}, {32,6}) real_server 192.0.2.$A 80 { weight $W }
}
`;
    const [server] = Object.values(servers(text));
    assert.deepEqual(
      Object.values(server?.real_servers ?? {}).map(
        ({ address, weight }) => `${address} ${weight}`,
      ),
      ["192.0.2.21 2", "192.0.2.22 2", "192.0.2.23 2", "192.0.2.31 5", "192.0.2.32 6"],
    );
  });

  test("a multi-line parameter stands for its lines, and may define others", () => {
    const text = `$ONE= \\
  real_server 192.0.2.$N 80 { \\
    weight 1 \\
  }
virtual_server 192.0.2.10 80 {
  protocol TCP
  $N=21
  $ONE
  $N=22
  $ONE
}
`;
    const [server] = Object.values(servers(text));
    assert.equal(Object.keys(server?.real_servers ?? {}).length, 2);
  });

  test("@ID lines are read for one router, and named where it is not said which", () => {
    const text = web.replace("lb_algo rr", "@a lb_algo rr\n@^a lb_algo wrr");
    const scheduler = (instance: string | null) =>
      imported(text, { instance }).yaml.virtual_servers["tcp-192.0.2.10-80"].scheduler;
    assert.equal(scheduler("a"), "rr");
    assert.equal(scheduler("b"), "wrr");
    assert.ok(said(text).some((line) => /^left-out 3 @a: only for a; --instance/.test(line)));
  });

  test("an include whose brackets do not pair is no glob, and no failure", () => {
    for (const name of ["}rs.part", "{rs.part", "[rs.part"])
      assert.match(said(web.replace("delay_loop 6", `include ${name}`)).join(), /is not among/);
  });

  test("an include takes in a file that was given, and names one that was not", () => {
    const text = web.replace("delay_loop 6", "include rs.part\ninclude none.part");
    const { findings, yaml } = imported(text, {}, [
      "conf.d/rs.part",
      "real_server 192.0.2.29 80 {\nweight 7\n}\n",
    ]);
    assert.equal(Object.keys(yaml.virtual_servers["tcp-192.0.2.10-80"].real_servers).length, 3);
    assert.ok(
      findings.some(({ text: why }) => why.startsWith("none.part is not among the given files")),
    );
  });

  test("a group is one service for each address and mark", () => {
    const text = `virtual_server_group G {
  192.0.2.10 80
  192.0.2.11-12 443
  2001:db8::a-c 80
  198.51.100.0/30 8080
  fwmark 5 inet
}
virtual_server group G {
  protocol TCP
  real_server 192.0.2.21 80 { weight 1 }
  real_server 2001:db8::21 80 { weight 1 }
}
`;
    assert.deepEqual(Object.keys(servers(text)), [
      ...["tcp-192.0.2.10-80", "tcp-192.0.2.11-443", "tcp-192.0.2.12-443"],
      ...["tcp-2001-db8--a-80", "tcp-2001-db8--b-80", "tcp-2001-db8--c-80"],
      ...["tcp-198.51.100.0-8080", "tcp-198.51.100.1-8080"],
      ...["tcp-198.51.100.2-8080", "tcp-198.51.100.3-8080", "mark-5"],
    ]);
  });

  test("a bomb of sequences is refused", () => {
    const text = `${web}~SEQ(A, 1000) ~SEQ(B, 1000) virtual_server 10.0.$A.$B 80 { protocol TCP }\n`;
    const read = importFiles([{ name: "k.conf", text }], "keepalived", importDefaults);
    assert.ok("problems" in read);
    assert.equal(read.problems[0]?.line, 20);
  });
});

describe("checks", () => {
  const check = (block: string) => {
    const text = `virtual_server 192.0.2.10 80 {\n protocol TCP\n real_server 192.0.2.21 80 {\n${block}\n}\n}\n`;
    const [server] = Object.values(imported(text).yaml.virtual_servers) as { check: object }[];
    return server?.check as Record<string, unknown>;
  };
  const rhythm = (fall: number, timeout = "5s", sooner: string | null = null) => ({
    ...{ interval: "60s", timeout, fall, rise: 1 },
    ...(sooner !== null && { fall_interval: sooner }),
  });

  const cases: readonly (readonly [block: string, check: object])[] = [
    ["", { type: "none" }],
    ["PING_CHECK {\n}", { type: "ping", ...rhythm(2, "5s", "1s") }],
    [
      "HTTP_GET { url { path /x\nstatus_code 200-299 301 } }",
      { type: "http", path: "/x", status: ["200-299", 301], ...rhythm(2, "5s", "3s") },
    ],
    [
      "HTTP_GET {\nvirtualhost www.example.com\nurl { path /\ndigest 0123456789abcdef0123456789abcdef } }",
      {
        type: "http",
        path: "/",
        host: "www.example.com",
        status: "100-599",
        digest: "0123456789abcdef0123456789abcdef",
        ...rhythm(2, "5s", "3s"),
      },
    ],
    [
      "SMTP_CHECK { helo_name mail.example.com }",
      { type: "smtp", helo: "mail.example.com", ...rhythm(2, "5s", "1s") },
    ],
    [
      "TCP_CHECK { retry 3\ndelay_before_retry 2.5 }",
      { type: "tcp", ...rhythm(4, "5s", "2500ms") },
    ],
    [
      "HTTP_GET { url { path /\nregex down\nregex_no_match } }",
      {
        type: "http",
        path: "/",
        expect: "down",
        regex: true,
        absent: true,
        ...rhythm(2, "5s", "3s"),
      },
    ],
    [
      "UDP_CHECK { payload 0aff\nrequire_reply 1f X2 3x xx }",
      {
        ...{ type: "udp", send: "\\x0a\\xff", regex: true, ...rhythm(2, "5s", "1s") },
        expect: `^\\x1f[${[..."0123456789abcdef"].map((digit) => `\\x${digit}2`).join("")}][\\x30-\\x3f][\\x00-\\xff]`,
      },
    ],
    ["UDP_CHECK { require_reply }", { type: "udp", reply: true, ...rhythm(2, "5s", "1s") }],
    [
      "DNS_CHECK { type a\nname www.example.com }",
      { type: "dns", record: "A", name: "www.example.com", ...rhythm(4) },
    ],
    [
      "MISC_CHECK { misc_path \"/bin/look -x 'a b'\"\nmisc_timeout 4 }",
      { type: "command", command: "/bin/look", args: ["-x", "a b"], ...rhythm(1, "4s") },
    ],
    [
      "MISC_CHECK { misc_path /bin/look\nmisc_dynamic }",
      { type: "command", command: "/bin/look", convention: "keepalived", ...rhythm(1, "60s") },
    ],
  ];
  for (const [block, expected] of cases)
    test(JSON.stringify(block), () => assert.deepEqual(check(block), expected));

  test("several blocks are several checks", () => {
    assert.equal((check("TCP_CHECK { }\nPING_CHECK { }") as unknown as object[]).length, 2);
  });
});

test("two routers' files: the higher priority is the primary", () => {
  const backup = pair
    .replace("MASTER", "BACKUP")
    .replace("150", "100")
    .replace("unicast_src_ip 192.0.2.1", "unicast_src_ip 192.0.2.2")
    .replace("{ 192.0.2.2 }", "{ 192.0.2.1 }");
  const { yaml } = imported(backup + web, {}, ["two.conf", pair + web]);
  assert.deepEqual(yaml.routers, {
    primary: { public: "192.0.2.1" },
    backup: { public: "192.0.2.2" },
  });
});

test("mutated files end in a result or in problems, whatever they are", () => {
  const base = pair + web;
  const words = fc.constantFrom(
    '"',
    "'",
    "{",
    "}",
    "\n",
    "#",
    "~SEQ(N, 9) ",
    "$N=3\n",
    "$" + "{N}",
    "@x ",
    "\\",
    "include *\n",
  );
  const mutation = fc.record({
    at: fc.nat(base.length),
    cut: fc.nat(40),
    put: fc.oneof(fc.string({ maxLength: 20 }), words),
  });
  fc.assert(
    fc.property(fc.array(mutation, { maxLength: 8 }), (mutations) => {
      let text = base;
      for (const { at, cut, put } of mutations)
        text = text.slice(0, at) + put + text.slice(at + cut);
      const read = importFiles([{ name: "k.conf", text }], "keepalived", importDefaults);
      if ("text" in read) parse(read.text);
      else assert.ok(read.problems.length > 0);
    }),
    { numRuns: 300 },
  );
});
