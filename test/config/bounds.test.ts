import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { beyondControl, includedOnce, strangeIncludes } from "../../src/config/bounds.ts";

const keyFile = {
  heartbeat: { keyFile: "/etc/lvsd/heartbeat.key" },
  notify: { mail: null },
} as Parameters<typeof beyondControl>[3];

const present = `
heartbeat: { key_file: /etc/lvsd/heartbeat.key }
include: [virtual/*.yaml]
virtual_servers:
  web: { check: { type: https, tls: { ca: /etc/lvsd/ca.pem } } }
`;

const judge = (path: string): string | null =>
  path.startsWith("/etc/lvsd/commands/") ? null : "it does not lie there";

const judged = (text: string): string[] =>
  beyondControl("/c.yaml", text, present, keyFile, keyFile, judge).map(
    ({ line, column, message }) => `${line}:${column} ${message}`,
  );

describe("a configuration that arrives through the control interface", () => {
  it("sends no password of root's to another mail server", () => {
    const mail = (more: string) =>
      `${present}notify: { mail: { to: a@example.com, from: b@example.com, smtp: 192.0.2.25, tls: required, user: u, password_file: /etc/lvsd/mail.secret${more} } }\n`;
    const meant = (server: object) =>
      ({
        ...keyFile,
        notify: {
          mail: {
            smtp: "192.0.2.25",
            port: 25,
            tls: "required",
            serverName: null,
            ca: null,
            passwordFile: "/etc/lvsd/mail.secret",
            ...server,
          },
        },
      }) as typeof keyFile;
    const said = (server: object) =>
      beyondControl("/c.yaml", mail(""), mail(""), meant(server), meant({}), judge).map(
        ({ message }) => message,
      );
    assert.deepEqual(said({}), []);
    for (const server of [{ smtp: "192.0.2.66" }, { port: 587 }, { serverName: "other" }])
      assert.match(said(server).join(), /^notify\.mail\.\w+: it is not what is loaded$/);
    assert.deepEqual(said({ passwordFile: null, smtp: "192.0.2.66" }), []);
  });

  it("may say what is loaded, and more of the load balancing", () => {
    assert.deepEqual(judged(present), []);
    const command =
      "{ type: command, command: /etc/lvsd/commands/x, environment: { CHECK_TOKEN: a, LVSD_X: b } }";
    assert.deepEqual(judged(`${present}  dns: { check: ${command} }\n`), []);
  });

  it("may be what was loaded here once, with its includes and nothing else of it", () => {
    const once = "serial: 1\ninclude: [old/*.yaml]\nnotify: { command: /opt/old }\n";
    const unnumbered = '"\\x69nclude": older.yaml\n';
    const past = ["routers: [", "serial: 2\n", once, unnumbered];
    const messages = (text: string) => {
      const included = includedOnce("/c.yaml", text, past);
      return [
        strangeIncludes("/c.yaml", text, present, included).length,
        beyondControl("/c.yaml", text, present, keyFile, keyFile, judge, included).length,
      ];
    };
    const back = once.replace("serial: 1\n", "serial: 9\n");
    assert.deepEqual(messages(back), [0, 1], "its command is judged as any other");
    assert.deepEqual(messages(`serial: 9\n${unnumbered}`), [0, 0]);
    assert.deepEqual(messages("include: [old/*.yaml]\n"), [1, 1], "another text");
    assert.deepEqual(messages(back.replace("/opt", "/etc")), [1, 2], "another text");
    assert.deepEqual(messages("include: [/etc/shadow]\n"), [1, 1]);
    assert.deepEqual(messages("notify: { command: /opt/old }\n"), [0, 1]);
    assert.equal(strangeIncludes("/c.yaml", once, present).length, 1);
  });

  it("may say what a file says that the loaded one includes", () => {
    const included =
      "virtual_servers:\n  mail: { check: { type: smtp, tls: { ca: /etc/lvsd/mail.pem } } }\n  x: { check: { type: command, command: /opt/x, args: [a] } }\n";
    const all = (text: string, ...loaded: readonly string[]) =>
      beyondControl("/c.yaml", text, [present, ...loaded], keyFile, keyFile, judge).length;
    const together = `${present}${included.replace("virtual_servers:\n", "")}`.replace(
      /include.*\n/,
      "",
    );
    assert.equal(all(together, included), 0);
    assert.equal(all(together), 2);
    assert.equal(all(together.replace("[a]", "[b]"), included), 1);
  });

  const cases: [string, string, RegExp][] = [
    [
      "an executable elsewhere, in a check",
      "  dns: { check: { type: command, command: /tmp/x } }\n",
      /^6:43 virtual_servers\.dns\.check\.command: \/tmp\/x: it does not lie there$/,
    ],
    [
      "one of several checks of a real server",
      "  dns: { real_servers: { a: { check: [{ type: tcp }, { command: /bin/sh }] } } }\n",
      /command: \/bin\/sh/,
    ],
    [
      "one behind an alias",
      "  dns: { check: { command: &c /bin/sh } }\n  mail: { check: { args: [*c] } }\n",
      /virtual_servers\.dns\.check\.command: \/bin\/sh/,
    ],
    ["a command with arguments", "notify: { command: /bin/sh -c id }\n", /: \/bin\/sh: it does/],
    ["a command as a list", "notify: { command: [/bin/sh, -c] }\n", /: \/bin\/sh: it does/],
    [
      "a service's start",
      "failover: { services: { a: { start: /bin/sh } } }\n",
      /services\.a\.start: \/bin\/sh/,
    ],
    [
      "a service's stop, whatever the service is called",
      "failover: { services: { a.environment.b: { stop: [/bin/sh, -c, id] } } }\n",
      /services\.a\.environment\.b\.stop: \/bin\/sh/,
    ],
    [
      "the command of a service's check",
      "failover: { services: { environment: { check: { command: /bin/sh } } } }\n",
      /services\.environment\.check\.command: \/bin\/sh/,
    ],
    [
      "the command of a virtual server that is called as a map of free text",
      "  headers: { check: { type: command, command: /bin/sh } }\n",
      /virtual_servers\.headers\.check\.command: \/bin\/sh/,
    ],
    [
      "authorities of such a one",
      "  environment: { check: { tls: { ca: /tmp/ca.pem } } }\n",
      /environment\.check\.tls\.ca: \/tmp\/ca\.pem is not what is loaded/,
    ],
    [
      "a variable that steers a program",
      "  dns: { check: { command: /etc/lvsd/commands/x, environment: { LD_PRELOAD: /tmp/x } } }\n",
      /environment\.LD_PRELOAD: this variable may decide/,
    ],
    [
      "one that no list of dangerous variables had",
      "  dns: { check: { command: /etc/lvsd/commands/x, environment: { OPENSSL_CONF: /tmp/x } } }\n",
      /environment\.OPENSSL_CONF: this variable may decide/,
    ],
    [
      "one whose name only begins like a harmless one",
      "  dns: { check: { command: /etc/lvsd/commands/x, environment: { CHECKER: /tmp/x } } }\n",
      /environment\.CHECKER: this variable may decide/,
    ],
    [
      "other authorities",
      "  dns: { check: { tls: { ca: /tmp/ca.pem } } }\n",
      /tls\.ca: \/tmp\/ca\.pem is not what is loaded/,
    ],
  ];
  for (const [name, added, problem] of cases)
    it(`may not name ${name}`, () => {
      const [first, ...rest] = judged(present + added);
      assert.match(first ?? "", problem);
      assert.deepEqual(rest, []);
    });

  const roots = `virtual_servers:
  web: { check: { type: command, command: /bin/sh, args: [-c, "exit 0"], environment: { A: "1" } } }
notify: { command: [/usr/bin/logger, -t, lvsd] }
`;
  const afterRoots = (text: string): string[] =>
    beyondControl("/c.yaml", text, roots, keyFile, keyFile, judge).map(({ message }) => message);

  it("may keep the commands and variables that root's file holds, and use them elsewhere", () => {
    assert.deepEqual(afterRoots(roots), []);
    const elsewhere = roots.replace("web:", "dns:");
    assert.deepEqual(afterRoots(elsewhere), []);
  });

  it("may not give root's programs other arguments, nor root's variables other values", () => {
    const message = /^virtual_servers\.web\.check\.command: \/bin\/sh: it does not lie there$/;
    for (const text of [
      roots.replace("exit 0", "id"),
      roots.replace(', args: [-c, "exit 0"]', ""),
      // The arguments of one check are not those of another one at the same place.
      `virtual_servers: { web: { check: [{ command: /bin/sh, args: [-c, id] },
        { command: /etc/lvsd/commands/x, args: [-c, "exit 0"] }] } }`,
    ]) {
      const [first, ...rest] = afterRoots(text);
      assert.match(first ?? "", message);
      assert.deepEqual(rest, []);
    }
    assert.match(
      afterRoots(roots.replace("-t, lvsd", "-f, /etc/shadow"))[0] ?? "",
      /^notify\.command/,
    );
    assert.match(afterRoots(roots.replace('A: "1"', 'A: "2"'))[0] ?? "", /\.A: this variable/);
  });

  it("may not read other files", () => {
    assert.deepEqual(judged(present.replace("heartbeat.key", "other.key")), [
      "2:24 heartbeat.key_file: /etc/lvsd/other.key is not what is loaded",
    ]);
    assert.deepEqual(judged(present.replace("virtual/*.yaml", "/etc/shadow")), [
      "3:11 include: /etc/shadow is not what is loaded",
    ]);
  });

  it("leaves what only root changes as it is, whether written or left out", () => {
    const loaded = "heartbeat: { authentication: hmac }\n";
    const both = (next: string, before: string) =>
      beyondControl("/c.yaml", next, before, keyFile, keyFile, judge).map(({ message }) => message);
    assert.deepEqual(both("serial: 2\n", loaded), []);
    assert.deepEqual(both(loaded, "serial: 2\n"), []);
    const none = "heartbeat: { authentication: none }\n";
    const refused = ["heartbeat.authentication: it is not what is loaded"];
    assert.deepEqual(both(none, loaded), refused);
    assert.deepEqual(both("serial: 2\n", none), refused);
    assert.deepEqual(both(none, none), []);
  });

  it("may not move to another key by leaving the name out", () => {
    const other = {
      ...keyFile,
      heartbeat: { ...keyFile.heartbeat, keyFile: "/etc/lvsd/default.key" },
    };
    const problems = beyondControl("/c.yaml", "serial: 1\n", present, other, keyFile, judge);
    assert.match(problems[0]?.message ?? "", /^heartbeat\.key_file/);
  });
});

describe("in the place of Piranha's lvs.cf", () => {
  const lvs = (program: string): string =>
    `primary = 192.0.2.1\nvirtual web {\n active = 1\n address = 198.51.100.10 eth0:1\n send_program = "${program}"\n expect = "OK"\n}\n`;
  const judgedOn = (loaded: string, text: string): string[] =>
    beyondControl("/lvs.cf", text, loaded, keyFile, keyFile, judge).map(
      ({ line, message }) => `${line}: ${message}`,
    );

  it("its programs are those that are loaded, whether lvs.cf or YAML replaces it", () => {
    const loaded = lvs("/root/check %h");
    assert.deepEqual(judgedOn(loaded, loaded.replace("active = 1", "active = 0")), []);
    const yaml = "virtual_servers: { web: { check: { command: /root/check, args: [%h] } } }\n";
    assert.deepEqual(judgedOn(loaded, yaml.replace("%h", "'%h'")), []);
  });
  it("another program is refused, with the line of the lvs.cf that arrives", () => {
    const [first] = judgedOn(lvs("/root/check %h"), lvs("/bin/sh -c"));
    assert.match(first ?? "", /^5: .*\/bin\/sh: it does not lie there/);
  });
});

describe("a secret of this router's", () => {
  const loaded = `
failover: { fence: { command: /root/fence, password_file: /etc/lvsd/fence.secret } }
notify: { mail: { password_file: /etc/lvsd/mail.secret } }
defaults: { check: { type: pop3, user: probe, password_file: /etc/lvsd/probe.secret } }
`;
  const judgedWith = (more: string): string[] =>
    beyondControl("/c.yaml", `${loaded}${more}`, loaded, keyFile, keyFile, judge).map(
      ({ message }) => message,
    );
  const probing = (file: string): string =>
    `virtual_servers: { web: { check: { type: pop3, user: a, password_file: ${file} } } }\n`;

  it("of checks is for all checks", () =>
    assert.deepEqual(judgedWith(probing("/etc/lvsd/probe.secret")), []));
  for (const owner of ["fence", "mail"])
    it(`of ${owner} is sent to no real server by a check`, () => {
      const file = `/etc/lvsd/${owner}.secret`;
      const place = "virtual_servers.web.check.password_file";
      assert.deepEqual(judgedWith(probing(file)), [`${place}: ${file} is not what is loaded`]);
    });
  it("of a fence is sent to no mail server", () => {
    const text = loaded.replace("mail.secret", "fence.secret");
    const [first] = beyondControl("/c.yaml", text, loaded, keyFile, keyFile, judge);
    assert.match(first?.message ?? "", /^notify\.mail\.password_file: .* is not what is loaded$/);
  });
});
