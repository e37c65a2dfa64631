import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { problemsOf } from "../filled-in.ts";
import { includes } from "../includes.ts";
import { imported, said, web } from "./imported.ts";

describe("what keepalived swallows of real servers is said with its line", () => {
  const cases: readonly (readonly [what: string, text: string, line: RegExp])[] = [
    [
      "the same server twice",
      web.replace("192.0.2.22", "192.0.2.21"),
      /^suspicious 13 real_server 192\.0\.2\.21 80: listed twice/,
    ],
  ];

  for (const [what, text, line] of cases)
    test(what, () => {
      includes(said(text), line);
    });
});

/** Line 3 is the real server's, or the first of it. */
function served(real: string, lines = "protocol TCP", head = "192.0.2.10 80") {
  const { yaml, findings, text } = imported(
    `virtual_server ${head} {\n${lines}\n${real}\nreal_server 10.9.0.9 { }\n}\n`,
  );
  assert.deepEqual(problemsOf(text), []);
  const lined = findings.map(
    ({ kind, origin, subject, text: why }) => `${kind} ${origin?.line ?? 0} ${subject}: ${why}`,
  );
  const [server] = Object.values(yaml.virtual_servers) as Record<string, unknown>[];
  const reals = server?.real_servers as Record<
    string,
    { port?: number; check?: { port?: number } }
  >;
  return { server: server ?? {}, first: reals["rs-10.9.0.1"], said: lined };
}

describe("real servers are what keepalived makes of them", () => {
  const dr = "protocol TCP\nlb_kind DR";
  const cases: readonly (readonly [what: string, run: () => readonly string[], said: RegExp])[] = [
    [
      "a port that is none",
      () => served("real_server 10.9.0.1 http { }").said,
      /^suspicious 3 .*"http" is no port: keepalived skips it/,
    ],
    [
      "a name",
      () => served("real_server www.example.com 80 { }").said,
      /^suspicious 3 .*no address: keepalived skips it/,
    ],
    [
      "a port of its own without NAT",
      () => served("real_server 10.9.0.1 81 { }", dr).said,
      /^suspicious 4 .*only NAT can change the port: keepalived takes 80/,
    ],
    [
      "two ports that only NAT tells apart",
      () => served("real_server 10.9.0.1 81 { }\nreal_server 10.9.0.1 82 { }", dr).said,
      /^suspicious 5 .*listed twice/,
    ],
    [
      "limits in the wrong order",
      () => served("real_server 10.9.0.1 { uthreshold 5\nlthreshold 9\n}").said,
      /^suspicious 4 lthreshold: .*the kernel refuses the server/,
    ],
    [
      "a weight that is too much",
      () => served("real_server 10.9.0.1 { weight 70000\n}").said,
      /^changed 3 weight: 70000: 65535 is the most/,
    ],
    [
      "lb_kind",
      () => served("real_server 10.9.0.1 {\nlb_kind DR\n}").said,
      /^suspicious 4 .*lvs_method is/,
    ],
    [
      "a script that writes the table",
      () => served('real_server 10.9.0.1 {\nnotify_up "ipvsadm -C"\n}').said,
      /^left-out 4 notify_up: it changes the table/,
    ],
    [
      "a flag that only some have",
      () => served("real_server 10.9.0.1 {\ninhibit_on_failure\n}").said,
      /^left-out 4 inhibit_on_failure: some real servers have it/,
    ],
    [
      "a program without its path",
      () => served("real_server 10.9.0.1 {\nMISC_CHECK {\nmisc_path look\n}\n}").said,
      /^suspicious 5 misc_path: "look": the program needs its whole path/,
    ],
    [
      "no further try where 0 is out of range",
      () => served("real_server 10.9.0.1 {\nretry 0\nTCP_CHECK { }\n}").said,
      /^changed 4 retry: "0" is not within 1/,
    ],
  ];
  for (const [what, run, line] of cases) test(what, () => includes(run(), line));

  test("by a mark and without NAT a port is for checks alone", () => {
    const { first, said: lines } = served(
      "real_server 10.9.0.1 21 { TCP_CHECK { }\n}",
      "lb_kind DR",
      "fwmark 5",
    );
    assert.equal(first?.port, 21);
    includes(lines, /^suspicious 3 .*keepalived clears it; only checks go to 21/);
  });

  test("a check without any port goes to the usual one, or is not made", () => {
    const get = served("real_server 10.9.0.1 { HTTP_GET { url { path /\n}\n}\n}", "", "fwmark 5");
    assert.equal(get.first?.check?.port, 80);
    includes(get.said, /^suspicious 3 check http: .*port 0, which fails; 80 is taken/);
    const tcp = served("real_server 10.9.0.1 { TCP_CHECK { }\n}", "", "fwmark 5");
    includes(tcp.said, /^suspicious 3 check tcp: .*no such check is made/);
  });

  test("flags that all have are the virtual server's", () => {
    const own = "inhibit_on_failure\nalpha\n";
    const text = `virtual_server 192.0.2.10 80 {\nprotocol TCP\nreal_server 10.9.0.1 {\n${own}}\n}\n`;
    const { yaml } = imported(text);
    const server = yaml.virtual_servers["tcp-192.0.2.10-80"];
    assert.equal(server.quiesce, true);
    assert.equal(server.start, undefined);
  });

  test("the sorry server has its own method and port", () => {
    const sorry = (lines: string) => served("real_server 10.9.0.1 { }", `protocol TCP\n${lines}`);
    assert.deepEqual(
      sorry("sorry_server 10.9.0.5 80\nsorry_server_lvs_method DR").server.sorry_server,
      { address: "10.9.0.5", forwarding: "direct" },
    );
    assert.deepEqual(sorry("sorry_server 10.9.0.5 81").server.sorry_server, {
      address: "10.9.0.5",
      port: 81,
    });
    includes(
      sorry("lb_kind DR\nsorry_server 10.9.0.5 81").said,
      /^suspicious 4 sorry_server: port 81/,
    );
    includes(sorry("sorry_server 10.9.0.5 x").said, /^suspicious 3 sorry_server: "x" is no port/);
    includes(sorry("sorry_server fd00::5").said, /^left-out 3 sorry_server: .*not of the family/);
  });
});
