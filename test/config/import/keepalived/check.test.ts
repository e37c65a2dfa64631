import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { includes } from "../includes.ts";
import { imported, said, web } from "./imported.ts";

describe("checks", () => {
  const check = (block: string) => {
    const text = `virtual_server 192.0.2.10 80 {\n protocol TCP\n real_server 192.0.2.21 80 {\n${block}\n}\n}\n`;
    const [server] = Object.values(imported(text).yaml.virtual_servers) as { check: object }[];
    return server?.check as Record<string, unknown>;
  };
  const rhythm = (fall: number, timeout = "5s", sooner: string | null = null) => ({
    interval: "60s",
    timeout,
    fall,
    rise: 1,
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
        type: "udp",
        send: "\\x0a\\xff",
        regex: true,
        ...rhythm(2, "5s", "1s"),
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

describe("what keepalived swallows in checks is said with its line", () => {
  const cases: readonly (readonly [what: string, text: string, line: RegExp])[] = [
    [
      "nb_get_retry in a TCP_CHECK",
      web.replace("retry 2", "nb_get_retry 2"),
      /^suspicious 10 nb_get_retry/,
    ],
    [
      "what a check of lvsd cannot say",
      web.replace("retry 2", "snmp_name x"),
      /^left-out 10 TCP_CHECK snmp_name x: a check has no counterpart/,
    ],
    [
      "certificates that nobody verifies",
      web.replace("TCP_CHECK", "SSL_GET { url { path / } }\nTCP_CHECK"),
      /^suspicious \d+ SSL_GET: certificates are not verified/,
    ],
  ];

  for (const [what, text, line] of cases)
    test(what, () => {
      includes(said(text), line);
    });
});

test("a tracked file, options of a pattern and a client's certificate are carried over", () => {
  const before = `track_file ready { file /run/ready
weight 0
}
track_file load { file /run/load
}
SSL { certificate /etc/a.pem
key /etc/a.key
password x
}
`;
  const servers = `    real_server 192.0.2.23 80 { FILE_CHECK { track_file ready } }
    real_server 192.0.2.24 80 { FILE_CHECK { track_file load } }
    real_server 192.0.2.25 80 { SSL_GET { url { path /
regex ^up
regex_options caseless dotall extended
} } }
}
`;
  const { yaml, findings } = imported(before + web.replace(/\}\n$/, servers));
  const checks = Object.values(yaml.virtual_servers["tcp-192.0.2.10-80"].real_servers).map(
    (each) => (each as { check: Record<string, unknown> }).check,
  );
  const [, , file, none, https] = checks;
  assert.deepEqual([file?.type, file?.file], ["file", "/run/ready"]);
  assert.equal(none?.type, "none");
  assert.equal(https?.expect, "(?is)^up");
  assert.deepEqual(https?.tls, { verify: false, certificate: "/etc/a.pem", key: "/etc/a.key" });
  const left = findings.filter(({ kind }) => kind === "left-out").map(({ subject }) => subject);
  for (const each of ["FILE_CHECK load", "regex_options extended", "SSL password"])
    assert.ok(left.includes(each), `${each}: ${left.join(", ")}`);
});
