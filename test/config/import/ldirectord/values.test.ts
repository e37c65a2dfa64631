/** What ldirectord's own parser takes and refuses (1.186-ha, tried with it), and what is said of it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parse } from "yaml";
import { importFiles } from "../../../../src/config/import/import.ts";
import { type ForeignFile, importDefaults } from "../../../../src/config/import/imported.ts";
import { problemsOf } from "../filled-in.ts";

const routers = {
  primary: { public: "192.0.2.1", private: null },
  backup: { public: "192.0.2.2", private: null },
};

const read = (text: string, lenient = false, others: readonly ForeignFile[] = []) =>
  importFiles([{ name: "ldirectord.cf", text }, ...others], "ldirectord", {
    ...importDefaults,
    ...routers,
    lenient,
  });

/** The result of a text that ldirectord takes. */
function taken(text: string, others: readonly ForeignFile[] = []) {
  const result = read(text, false, others);
  assert.ok("text" in result, JSON.stringify(result));
  assert.deepEqual(problemsOf(result.text), []);
  const said = result.findings.map(
    ({ kind, origin, subject, text: why }) => `${kind} ${origin?.line ?? 0} ${subject}: ${why}`,
  );
  return { yaml: parse(result.text), said };
}

const hasLine = (said: readonly string[], line: RegExp): void =>
  assert.ok(
    said.some((one) => line.test(one)),
    said.join("\n"),
  );

const block = (...lines: readonly string[]): string =>
  `virtual=192.0.2.10:80\n    real=10.9.0.1:80 masq\n${lines.map((line) => `    ${line}\n`).join("")}`;
const six = (...lines: readonly string[]): string =>
  `virtual6=[2001:db8::5]:80\n    real6=[fd00::1]:80 masq\n${lines.map((line) => `    ${line}\n`).join("")}`;

const accepted: readonly string[] = [
  block("checktype=connect3", "scheduler=Wlc"),
  block('service="http"', 'protocol="tcp"', 'checktype="negotiate"', 'persistent="60"'),
  block("checktimeout=2s", "negotiatetimeout=1.5"),
  block("virtualhost=www.example.com   # trailing", "httpmethod=head"),
  block("# a comment", "  # another", "quiescent=no"),
  block("emailalertstatus=starting, running", "emailalertfreq=0"),
  block("fallback=127.0.0.1", 'load = "x"'),
  `checkinterval=5 # a comment\nsupervised\ncallback="/bin/x" # y\n${block()}`,
  `checktimeout=3\r\n${block("virtualhost=a.example\r")}`,
  six("netmask=64", "persistent=60", "fallback6=[fd00::9]:80"),
  "virtual=3 and more\n    real=10.9.0.1 masq\n    protocol=fwm\n    checktype=ping\n",
  block(
    "real=10.9.0.2:80 gate -w 7",
    'real=10.9.0.3:80 masq 1, "a","b"',
    'real=10.9.0.4 masq 1 "a" "b"',
  ),
];

const refused: readonly (readonly [text: string, line: number, message: RegExp])[] = [
  [block("quiescent=no  "), 3, /yes or no/],
  [block('quiescent="no"'), 3, /yes or no/],
  [block("quiescent="), 3, /yes or no/],
  [block("quiescent=no\r"), 3, /yes or no/],
  [`autoreload=yes   # comment\n${block()}`, 1, /yes or no/],
  [block("netmask=24"), 3, /netmask: not a dotted mask/],
  [block("netmask=255.255.255.0 "), 3, /netmask/],
  [six("netmask=255.255.255.0"), 3, /netmask: not a prefix length, 1 to 128/],
  [block("checktimeout=0"), 3, /checktimeout: no number above 0/],
  [`failurecount=none\n${block()}`, 1, /failurecount: no number above 0/],
  [block("checktype=Connect"), 3, /checktype: unknown/],
  [block("checkport=70000"), 3, /checkport: no port/],
  [block("httpmethod=POST"), 3, /neither GET nor HEAD/],
  [block("scheduler=WLC"), 3, /scheduler: no lower-case/],
  [block("protocol=fwm"), 3, /protocol "fwm" of an address/],
  ["virtual=3\n    real=10.9.0.1 masq\n    protocol=tcp\n", 3, /protocol "tcp" of a firewall mark/],
  [block('request=""'), 3, /request: empty/],
  [block("load=x"), 3, /load without quotes/],
  [block("fallback=127.0.0.1:80 gate 1"), 3, /fallback: /],
  [block("fallback6=[::1]:80"), 3, /fallback6 in a virtual\b/],
  [six("fallback=127.0.0.1:80"), 3, /fallback in a virtual6/],
  [`fallback=127.0.0.1:80 # page\n${block()}`, 1, /a comment behind fallback/],
  [block("real6=[fd00::2]:80 masq"), 3, /real6 in a virtual\b/],
  [six("real=10.9.0.2:80 masq"), 3, /real in a virtual6/],
  [six("real6=2001:db8::2:80 masq"), 3, /./],
  [six("real6=[fd00::2]->[fd00::4]:80 masq"), 3, /no range of IPv4/],
  [block("real=10.9.0.2:80"), 3, /Invalid real server line/],
  [block("real=10.9.0.2:80 route"), 3, /"route" is no forwarding method/],
  [block("real=10.9.0.2:80 gate 1 foo"), 3, /around " foo"/],
  [block('real=10.9.0.2:80 gate 1 "a" , "b"'), 3, /around/],
  [block('real=10.9.0.2:80 gate "a 200 b","ok"'), 3, /around/],
  [block("emailalertstatus=none, all"), 3, /none with others/],
  [block('smtp="mail.example.com"'), 3, /smtp: no host/],
  [`${block()}     \n    checktype=connect\n`, 3, /a line of 5 blanks/],
  [`${block()}\t\t\n`, 3, /a line of 8 blanks/],
  ["virtual=192.0.2.10:80", 1, /the last line of the file/],
  ["virtual6=[2001:db8]:80\n    checktype=on\n", 1, /no IPv6 address/],
  ["virtual6=192.0.2.10:80\n    checktype=on\n", 1, /192\.0\.2\.10 under virtual6/],
  [`timeout=3\n${block()}`, 1, /timeout was removed/],
];

describe("what ldirectord takes is taken", () => {
  for (const text of accepted) test(JSON.stringify(text), () => void taken(text));
});

describe("what ldirectord refuses is refused with its line, and read as it was meant with --lenient", () => {
  for (const [text, line, message] of refused)
    test(JSON.stringify(text), () => {
      const result = read(text);
      assert.ok("problems" in result);
      const found = result.problems.find((problem) => problem.line === line);
      assert.match(found?.message ?? JSON.stringify(result.problems), message);
      assert.match(found?.hint ?? "", /--lenient/);
      assert.ok("text" in read(text, true));
    });
});

describe("what ldirectord takes for something else is said", () => {
  const cases: readonly (readonly [text: string, said: RegExp])[] = [
    [
      "virtual=10.0.0.1 :80\n    real=10.9.0.1 masq\n    checktype=ping\n",
      /^suspicious 1 virtual=10\.0\.0\.1 :80: .*firewall mark, 10, which was never meant/,
    ],
    [block("real=192.168.6.2::5060 gate"), /^suspicious 3 .*takes "5060" for the host/],
    [block("real=web_1:80 gate"), /^suspicious 3 .*takes "1" for the host/],
    [block("real=10.9.0.2:80 masq 1 u:20 l:10"), /^suspicious 3 u:: before l: it is lost/],
    [block("real=10.9.0.2:80 masq 70000"), /^changed 3 real=10\.9\.0\.2: weight 70000: 65535/],
    [block("checkinterval=2"), /^suspicious 3 checkinterval: .*fork=yes alone/],
    [
      block("checktype=connect", "checktimeout=3", "negotiatetimeout=9"),
      /^carried 5 negotiatetime/,
    ],
    [block("fallback=10.9.0.9:81"), /^suspicious 3 fallback: port 81: with gate/],
    [block("service=mysql", 'receive="x"'), /^carried 4 receive: ldirectord does not look at it/],
    [block("service=mysql"), /^carried 3 service: .*no timeout/],
    [block("checktype=ping", "virtualhost=a\r"), /^suspicious 4 line ends: a carriage return/],
    [block("emailalertfreq=60"), /^left-out 3 emailalertfreq=60: notify\.mail\.every/],
    [
      `autoreload=no\nlogfile="x"\nfork=yes\n${block()}`,
      /^carried 1 autoreload, logfile, fork: about ldirectord's own process/,
    ],
    [block(), /^changed 0 nat_router: with masq/],
    [
      "virtual=192.0.2.10:8080\n    real=10.9.0.1 masq\n    service=http\n",
      /^suspicious 2 real=10\.9\.0\.1: no port: ldirectord checks port 80, and sends connections to 8080/,
    ],
    [
      "virtual=192.0.2.10:9999\n    real=10.9.0.1 masq\n    checktype=connect\n",
      /^suspicious 2 .*checks port 0, where nothing answers/,
    ],
  ];
  for (const [text, line] of cases)
    test(JSON.stringify(text), () => hasLine(taken(text).said, line));

  test("the port that is checked is written", () => {
    const { yaml } = taken("virtual=192.0.2.10:8080\n    real=10.9.0.1 masq\n    service=http\n");
    const server = yaml.virtual_servers["tcp-192.0.2.10-8080"];
    assert.equal(server.real_servers["rs-10.9.0.1"].check.port, 80);
  });

  test("a virtual server on port 0 is one on all ports", () => {
    const { yaml } = taken(
      "virtual=192.0.2.10:0\n    real=10.9.0.1 masq\n    persistent=60\n    checktype=ping\n",
    );
    assert.deepEqual(yaml.virtual_servers["tcp-192.0.2.10-any"].ports, ["1-65535"]);
  });
});

describe("dialogues", () => {
  const check = (...lines: readonly string[]) =>
    taken(block(...lines)).yaml.virtual_servers["tcp-192.0.2.10-80"].check;

  test("simpletcp sends the request without its slash, and knows one escape", () => {
    const made = check("service=simpletcp", 'request="/ping\\n\\d"', 'receive="pong"');
    assert.equal(made.send, "ping\\n\\\\d");
    assert.deepEqual([made.expect, made.regex], ["pong", true]);
  });

  test("dns asks for A, or for PTR of an address, over the virtual's protocol", () => {
    const name = check("service=dns", 'request="www.example.com"', 'receive="192.0.2.[78]"');
    assert.deepEqual(
      [name.record, name.name, name.protocol, name.expect, name.regex],
      ["A", "www.example.com", "tcp", "192.0.2.[78]", true],
    );
    const address = check("service=dns", 'request="192.0.2.7"', 'receive="www"');
    assert.deepEqual([address.record, address.name], ["PTR", "7.2.0.192.in-addr.arpa"]);
  });

  test("ldap and radius are bounded by checktimeout", () => {
    assert.equal(check("service=ldap", "checktimeout=3", "negotiatetimeout=9").timeout, "3s");
    assert.equal(check("service=imap", "checktimeout=3", "negotiatetimeout=9").timeout, "9s");
  });

  test("a login without a password, and radius without a secret: the files are marked", () => {
    for (const service of ["imap", "ftp", "ldap", "radius"]) {
      const made = check(`service=${service}`, 'login="probe"');
      assert.equal(made.password_file, null);
    }
    assert.equal(check("service=radius").secret_file, null);
    assert.equal("password_file" in check("service=sip", 'login="probe"'), false);
  });
});

test("addresses of Heartbeat's that belong to no virtual server move as well", () => {
  const haresources = { name: "haresources", text: "a 192.0.2.10/24/eth0 10.9.0.254/24/eth1\n" };
  const { yaml, said } = taken(block(), [haresources]);
  assert.deepEqual(yaml.vips, [{ address: "10.9.0.254/24", device: "eth1" }]);
  hasLine(said, /^carried 1 10\.9\.0\.254: .*nat_router/);
});
