import assert from "node:assert/strict";
import { test } from "node:test";
import { accepted, readText, refused } from "../texts.ts";

const text = (notify: string): string => `routers:
  primary: { public: 192.0.2.1 }
notify: ${notify}
virtual_servers:
  web: { address: 192.0.2.2, port: 80, real_servers: { rs1: { address: 10.0.0.3 } } }
`;

test("notify.command is a program, alone or with its arguments", () => {
  const { notify } = accepted(readText(text("{ command: /usr/local/bin/on-event }")));
  assert.deepEqual(notify.command, { command: "/usr/local/bin/on-event", args: [] });
  const { notify: words } = accepted(readText(text("{ command: [/bin/logger, -t, lvsd] }")));
  assert.deepEqual(words.command, { command: "/bin/logger", args: ["-t", "lvsd"] });
});

test("notify.mail is off, and has its defaults where it is on", () => {
  assert.equal(accepted(readText(text("{}"))).notify.mail, null);
  const written = "{ mail: { to: ops@example.com, from: lvsd@example.com, smtp: 192.0.2.25 } }";
  assert.deepEqual(accepted(readText(text(written))).notify.mail, {
    to: ["ops@example.com"],
    from: "lvsd@example.com",
    smtp: "192.0.2.25",
    port: 25,
    tls: "offered",
    serverName: null,
    ca: null,
    user: null,
    passwordFile: null,
    every: 60_000,
    events: ["state", "real_server", "virtual_server"],
  });
});

test("notify.mail logs in with both, and to nobody who has not shown who it is", () => {
  const mail = (more: string): string =>
    text(`{ mail: { to: [a@b.example], from: c@d.example, smtp: 192.0.2.25, ${more} } }`);
  const of = (more: string): string => refused(readText(mail(more)))[0]?.message ?? "";
  assert.match(of("user: u, tls: required"), /notify\.mail\.password_file: missing, where user/);
  assert.match(of("password_file: p, tls: required"), /notify\.mail\.user: missing/);
  assert.match(of("user: u, password_file: p"), /notify\.mail\.tls: offered sends the password/);
  const sound = accepted(readText(mail("user: u, password_file: p, tls: implicit, port: 465")));
  assert.equal(sound.notify.mail?.passwordFile, "/etc/lvsd/p");
});

test("notify.mail names what it cannot use", () => {
  const mail = (to: string, smtp: string, more = ""): string =>
    text(`{ mail: { to: ${to}, from: c@d.example, smtp: ${smtp}${more} } }`);
  const of = (written: string): string => refused(readText(written))[0]?.message ?? "";
  assert.match(of(mail("ops", "192.0.2.25")), /notify\.mail\.to.*is not a mail address/);
  assert.match(of(mail("a@b.example", "mail.example")), /notify\.mail\.smtp/);
  assert.match(of(mail("a@b.example", "192.0.2.25", ", events: [vip]")), /unknown event "vip"/);
});

test("notify.command without a path is refused: it would depend on where lvsd was started", () => {
  const [problem] = refused(readText(text("{ command: logger -t lvsd }")));
  assert.match(problem?.message ?? "", /notify\.command: .*is not the absolute path of a program/);
  assert.equal(problem?.line, 3);
});
