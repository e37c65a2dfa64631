import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import type { MailConfig } from "../../../src/config/config.ts";
import type { IpAddress } from "../../../src/model/address.ts";
import { ms } from "../../../src/model/time.ts";
import { sendMail } from "../../../src/system/net/smtp.ts";
import { serverName } from "./certificates.ts";
import { dovecot, postfix } from "./mail-servers.ts";
import { place } from "./program.ts";
import {
  at,
  certificatesOf,
  checkOf,
  judged,
  showDouble,
  showPrograms,
  showTlsDouble,
} from "./states.ts";

const passwordFile = (directory: string, password: string): string => {
  const path = join(directory, `password-${password.length}`);
  writeFileSync(path, `${password}\n`, { mode: 0o600 });
  return path;
};

/** Postfix and Dovecot with a good certificate, and what a login needs. */
async function servers(context: TestContext) {
  const directory = place(context);
  const certs = certificatesOf(context);
  const mail = await dovecot(context, certs.of.sound);
  const { smtp, smtps, program, taken } = await postfix(context, certs.of.sound, mail.auth);
  const login = (password: string): string =>
    `user: probe, password_file: ${passwordFile(directory, password)}`;
  const tls = `tls: { ca: ${certs.ca}, sni: ${serverName} }`;
  return { directory, certs, mail, smtp, smtps, postfix: program, taken, login, tls };
}

describe("mail servers of Debian", () => {
  it("smtp, submission and smtps: Postfix", async (context) => {
    const { smtp, smtps, postfix: program, login, tls } = await servers(context);
    const to = (written: string, port: number) => judged(checkOf(written), at(port));
    assert.equal(await to(`type: submission, ${login("geheim")}, ${tls}`, smtp), "passed");
    assert.equal(await to(`type: smtps, ${login("geheim")}, ${tls}`, smtps), "passed");
    assert.equal(await to(`type: smtp, starttls: true, ${tls}`, smtp), "passed");
    assert.match(
      await to(`type: submission, ${login("wrong")}, ${tls}`, smtp),
      /^unexpected: 235 expected after AUTH PLAIN, got "535 5\.7\.8 /,
    );
    assert.match(
      await to(`type: smtp, ${login("geheim")}`, smtp),
      /^unexpected: AUTH PLAIN or LOGIN expected in the answer to EHLO, got "no AUTH"$/,
    );
    assert.match(
      await to("type: smtp, helo: 'a..b'", smtp),
      /^passed$/,
      "Postfix takes any name until there is mail",
    );
    assert.match(await to(`type: smtps, ${tls}`, smtp), /^tls: /, "TLS where there is none");
    await showPrograms(
      context,
      [
        { written: "type: smtp", port: smtp },
        { written: `type: submission, ${tls}`, port: smtp },
        { written: `type: smtps, ${tls}`, port: smtps },
        { written: "type: send_expect, expect: '220 '", port: smtp },
      ],
      program,
    );
  });

  it("takes what notify.mail sends, logged in over TLS and without either: Postfix", async (context) => {
    const { smtp, smtps, certs, taken } = await servers(context);
    const config: MailConfig = {
      to: ["ops@example.com", "night@example.com"],
      from: "lvsd@example.com",
      smtp: "127.0.0.1" as IpAddress,
      port: smtp,
      tls: "offered",
      every: ms(60_000),
      serverName: null,
      ca: null,
      user: null,
      passwordFile: null,
      events: ["state"],
    };
    const send = (change: Partial<MailConfig>, password: string | null, subject: string) =>
      sendMail(
        { ...config, ...change },
        { subject, text: "how things stand\n" },
        password,
        AbortSignal.timeout(20_000),
      );
    const verified = { serverName, ca: certs.ca, user: "probe" };
    await send({}, null, "offered");
    await send({ ...verified, tls: "required" }, "geheim", "required");
    await send({ ...verified, tls: "implicit", port: smtps }, "geheim", "implicit");
    await assert.rejects(send({ ...verified, tls: "required" }, "wrong", "never"), /535/);
    await assert.rejects(
      send({ ...verified, ca: null, tls: "required" }, "geheim", "never"),
      /certificate/,
    );
    const mails = taken();
    assert.equal(mails.length, 3);
    for (const subject of ["offered", "required", "implicit"]) {
      const mail = mails.find((each) => each.includes(`Subject: ${subject}`)) ?? "";
      assert.match(mail, /with ESMTPSA? id/, "Postfix offers TLS, so it is used");
      assert.match(mail, /^recipient: ops@example\.com$/m);
      assert.match(mail, /^how things stand$/m);
    }
  });

  it("pop3 and pop3s: Dovecot", async (context) => {
    const { mail, login, tls } = await servers(context);
    const to = (written: string, port: number) => judged(checkOf(written), at(port));
    assert.equal(await to(`type: pop3, ${login("geheim")}`, mail.pop3), "passed");
    assert.equal(
      await to(`type: pop3, starttls: true, ${login("geheim")}, ${tls}`, mail.pop3),
      "passed",
    );
    assert.equal(await to(`type: pop3s, ${login("geheim")}, ${tls}`, mail.pop3s), "passed");
    assert.match(
      await to(`type: pop3, ${login("wrong")}`, mail.pop3),
      /^unexpected: \+OK expected after PASS, got "-ERR \[AUTH\] Authentication failed\."$/,
    );
    await showPrograms(
      context,
      [
        { written: "type: pop3", port: mail.pop3 },
        { written: `type: pop3s, ${tls}`, port: mail.pop3s },
      ],
      mail.program,
    );
  });

  it("imap and imaps: Dovecot", async (context) => {
    const { mail, login, tls } = await servers(context);
    const to = (written: string, port: number) => judged(checkOf(written), at(port));
    assert.equal(await to(`type: imap, ${login("geheim")}`, mail.imap), "passed");
    assert.equal(
      await to(`type: imap, starttls: true, ${login("geheim")}, ${tls}`, mail.imap),
      "passed",
    );
    assert.equal(await to(`type: imaps, ${login("geheim")}, ${tls}`, mail.imaps), "passed");
    assert.match(
      await to(`type: imaps, ${login("grün")}, ${tls}`, mail.imaps),
      /^unexpected: OK expected after AUTHENTICATE, got "a2 NO \[AUTHENTICATIONFAILED\] /,
    );
    assert.match(
      await to(`type: imap, ${login("wrong")}`, mail.imap),
      /^unexpected: OK expected after LOGIN, got "a2 NO \[AUTHENTICATIONFAILED\] /,
    );
    await showPrograms(
      context,
      [
        { written: "type: imap", port: mail.imap },
        { written: `type: imaps, ${tls}`, port: mail.imaps },
        { written: `type: tcp, ${tls}`, port: mail.imaps },
      ],
      mail.program,
    );
  });

  it("certificates that are expired, self-signed, or another name's", async (context) => {
    const certs = certificatesOf(context);
    const tls = `tls: { ca: ${certs.ca}, sni: ${serverName} }`;
    const cases = [
      [certs.of.expired, /^tls: the certificate has expired/],
      [
        certs.of["self-signed"],
        /^tls: the certificate is self-signed and not among the authorities/,
      ],
      [certs.of["wrong name"], /^tls: .*real\.example/],
    ] as const;
    for (const [shown, why] of cases) {
      const mail = await dovecot(context, shown);
      const post = await postfix(context, shown, mail.auth);
      for (const [type, port] of [
        ["smtps", post.smtps],
        ["submission", post.smtp],
        ["imaps", mail.imaps],
        ["pop3s", mail.pop3s],
        ["tcp", mail.imaps],
        ["send_expect, expect: '* OK'", mail.imaps],
      ] as const) {
        assert.match(await judged(checkOf(`type: ${type}, ${tls}`), at(port)), why, type);
        const lenient = `type: ${type}, tls: { verify: false }`;
        assert.equal(await judged(checkOf(lenient), at(port)), "passed", `${type} unverified`);
      }
      await mail.program.stop();
      await post.program.stop();
    }
  });

  it("servers that answer wrongly, slowly, without end or not at all", async (context) => {
    for (const type of ["smtp", "submission", "pop3", "imap", "nntp"])
      await showDouble(context, `type: ${type}`, {
        says: "554 go away\r\n",
        judged: /^unexpected: .* expected as the greeting, got "554 go away"$/,
      });
    await showDouble(context, "type: send_expect, expect: '220 '", {
      says: "554 go away\r\n",
      judged: /^unexpected: /,
    });
    for (const written of [
      "smtps",
      "pop3s",
      "imaps",
      "nntps",
      "ldaps",
      "https",
      "grpc, tls: true",
      "redis, role: any, tls: true",
      "memcached, tls: true",
      "sip, protocol: tls",
    ])
      await showTlsDouble(context, `type: ${written}`);
  });
});
