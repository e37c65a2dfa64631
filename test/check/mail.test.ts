import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { imapDialogue } from "../../src/check/mail/imap.ts";
import { nntpDialogue } from "../../src/check/mail/nntp.ts";
import { pop3Dialogue } from "../../src/check/mail/pop3.ts";
import type { Session } from "../../src/check/mail/session.ts";
import { smtpDialogue } from "../../src/check/mail/smtp.ts";
import { play, playEveryWay, whyOf } from "./transcript.ts";

const plain: Session = { user: null, password: null, startTls: false };
const login: Session = { user: "probe", password: "geheim", startTls: false };
const upgrade: Session = { ...login, startTls: true };
const smtp = (session: Session) => () => smtpDialogue("lvsd.invalid", session);
const pop3 = (session: Session) => () => pop3Dialogue(session);
const imap = (session: Session) => () => imapDialogue(session);
const nntp = (session: Session) => () => nntpDialogue(session);
const plainGeheim = Buffer.from("\0probe\0geheim").toString("base64");

describe("conversations that pass, however their answers are cut", () => {
  const cases: readonly [name: string, begin: () => ReturnType<typeof smtpDialogue>, string[]][] = [
    [
      "SMTP with a greeting and an answer of several lines",
      smtp(plain),
      [
        ...["S: 220-mail.example", "S: 220 ESMTP", "C: EHLO lvsd.invalid"],
        ...["S: 250-mail.example", "S: 250-SIZE 1000", "S: 250 HELP", "C: QUIT", "S: 221 bye"],
      ],
    ],
    [
      "SMTP whose server knows no EHLO",
      smtp(plain),
      [
        ...["S: 220 old", "C: EHLO lvsd.invalid", "S: 502 what?"],
        ...["C: HELO lvsd.invalid", "S: 250 old", "C: QUIT"],
      ],
    ],
    [
      "SMTP with TLS and AUTH PLAIN, which is offered under TLS alone",
      smtp(upgrade),
      [
        ...["S: 220 x", "C: EHLO lvsd.invalid", "S: 250-x", "S: 250 STARTTLS", "C: STARTTLS"],
        ...["S: 220 go", "TLS", "C: EHLO lvsd.invalid", "S: 250-x", "S: 250 AUTH LOGIN PLAIN"],
        ...[`C: AUTH PLAIN ${plainGeheim}`, "S: 235 ok", "C: QUIT", "S: 221 bye"],
      ],
    ],
    [
      "SMTP with AUTH LOGIN, where that is all",
      smtp(login),
      [
        ...["S: 220 x", "C: EHLO lvsd.invalid", "S: 250-x", "S: 250 AUTH=LOGIN", "C: AUTH LOGIN"],
        ...["S: 334 VXNlcm5hbWU6", "C: cHJvYmU=", "S: 334 UGFzc3dvcmQ6", "C: Z2VoZWlt"],
        ...["S: 235 ok", "C: QUIT", "S: 500 whatever"],
      ],
    ],
    ["POP3", pop3(plain), ["S: +OK ready", "C: QUIT", "S: +OK"]],
    [
      "POP3 with TLS and a login",
      pop3(upgrade),
      [
        ...["S: +OK", "C: STLS", "S: +OK go", "TLS", "C: USER probe", "S: +OK"],
        ...["C: PASS geheim", "S: +OK 0 messages", "C: QUIT"],
      ],
    ],
    [
      "IMAP, which answers LOGOUT as it likes",
      imap(plain),
      ["S: * OK hi", "C: a3 LOGOUT", "S: * BYE"],
    ],
    [
      "IMAP with TLS, a login, and words in between that nobody asked for",
      imap(upgrade),
      [
        ...["S: * OK [CAPABILITY IMAP4rev1] hi", "C: a1 STARTTLS", "S: a1 OK go", "TLS"],
        ...['C: a2 LOGIN "probe" "geheim"', "S: * CAPABILITY IMAP4rev1", "S: * 3 EXISTS"],
        ...["S: a2 OK done", "C: a3 LOGOUT"],
      ],
    ],
    [
      "IMAP with a password that no quoted string can hold",
      imap({ ...login, password: "grün" }),
      [
        ...["S: * PREAUTH hi", "C: a2 AUTHENTICATE PLAIN", "S: + "],
        ...[`C: ${Buffer.from("\0probe\0grün").toString("base64")}`, "S: a2 OK", "C: a3 LOGOUT"],
      ],
    ],
    [
      "IMAP with a password that must be quoted",
      imap({ ...login, password: 'a"b\\c' }),
      ["S: * OK", 'C: a2 LOGIN "probe" "a\\"b\\\\c"', "S: a2 ok", "C: a3 LOGOUT"],
    ],
    ["NNTP that forbids posting", nntp(plain), ["S: 201 read only", "C: QUIT", "S: 205 bye"]],
    [
      "NNTP with TLS and a login",
      nntp(upgrade),
      [
        ...[
          "S: 200 hi",
          "C: STARTTLS",
          "S: 382 go",
          "TLS",
          "C: AUTHINFO USER probe",
          "S: 381 more",
        ],
        ...["C: AUTHINFO PASS geheim", "S: 281 ok", "C: QUIT"],
      ],
    ],
    [
      "NNTP that wants no password",
      nntp(login),
      ["S: 200 hi", "C: AUTHINFO USER probe", "S: 281 ok", "C: QUIT"],
    ],
  ];
  for (const [name, begin, transcript] of cases)
    it(name, () => assert.deepEqual(playEveryWay(begin, transcript), { kind: "passed" }));
});

describe("conversations that fail, with what was expected and what came", () => {
  const hello = ["S: 220 x", "C: EHLO lvsd.invalid"];
  const cases: readonly [
    name: string,
    begin: () => ReturnType<typeof smtpDialogue>,
    string[],
    string,
  ][] = [
    [
      "a mail server that has no room",
      smtp(plain),
      ["S: 421 4.7.0 too many connections"],
      'unexpected: 220 expected as the greeting, got "421 4.7.0 too many connections"',
    ],
    [
      "a greeting that is another protocol's",
      smtp(plain),
      ["S: SSH-2.0-OpenSSH_9.2"],
      'unexpected: 220 expected as the greeting, got "SSH-2.0-OpenSSH_9.2"',
    ],
    [
      "a mail server that refuses the name, where a login is wanted",
      smtp(login),
      [...hello, "S: 550 who?"],
      'unexpected: 250 expected after EHLO, got "550 who?"',
    ],
    [
      "no TLS",
      smtp(upgrade),
      [...hello, "S: 250 x", "C: STARTTLS", "S: 454 TLS not available"],
      'unexpected: 220 expected after STARTTLS, got "454 TLS not available"',
    ],
    [
      "no mechanism that the check knows",
      smtp(login),
      [...hello, "S: 250-x", "S: 250 AUTH GSSAPI CRAM-MD5"],
      'unexpected: AUTH PLAIN or LOGIN expected in the answer to EHLO, got "AUTH GSSAPI CRAM-MD5"',
    ],
    [
      "no mechanism at all",
      smtp(login),
      [...hello, "S: 250 x"],
      'unexpected: AUTH PLAIN or LOGIN expected in the answer to EHLO, got "no AUTH"',
    ],
    [
      "a refused login",
      smtp(login),
      [...hello, "S: 250 AUTH PLAIN", `C: AUTH PLAIN ${plainGeheim}`, "S: 535 5.7.8 no"],
      'unexpected: 235 expected after AUTH PLAIN, got "535 5.7.8 no"',
    ],
    [
      "a refused POP3 login, repeated by the server",
      pop3(login),
      ["S: +OK", "C: USER probe", "S: +OK", "C: PASS geheim", "S: -ERR [AUTH] no geheim here"],
      'unexpected: +OK expected after PASS, got "-ERR [AUTH] no *** here"',
    ],
    [
      "an IMAP server that says good-bye",
      imap(plain),
      ["S: * BYE too many"],
      'unexpected: * OK expected as the greeting, got "* BYE too many"',
    ],
    [
      "a refused IMAP login",
      imap(login),
      ["S: * OK", 'C: a2 LOGIN "probe" "geheim"', "S: a2 NO [AUTHENTICATIONFAILED] no"],
      'unexpected: OK expected after LOGIN, got "a2 NO [AUTHENTICATIONFAILED] no"',
    ],
    [
      "an IMAP server that ends in the middle of a login",
      imap(login),
      ["S: * OK", 'C: a2 LOGIN "probe" "geheim"', "S: * BYE shutting down"],
      'unexpected: OK expected after LOGIN, got "* BYE shutting down"',
    ],
    [
      "a news server that is closed",
      nntp(plain),
      ["S: 502 no permission"],
      'unexpected: 200 or 201 expected as the greeting, got "502 no permission"',
    ],
    [
      "no greeting",
      nntp(plain),
      [],
      "closed: the connection was closed before the end of the greeting",
    ],
    [
      "an end in the middle of an answer",
      smtp(plain),
      [...hello, "S: 250-x"],
      "closed: the connection was closed before the end of the answer to EHLO",
    ],
  ];
  for (const [name, begin, transcript, why] of cases)
    it(name, () => assert.equal(whyOf(playEveryWay(begin, transcript)), why));
});

describe("TLS that is begun", () => {
  it("is preceded by nothing that somebody slipped in", () => {
    const action = play(smtp(upgrade)(), [
      ...["S: 220 x", "C: EHLO lvsd.invalid", "S: 250 x", "C: STARTTLS"],
      ...["S: 220 go", "S: 250 injected"],
    ]);
    assert.equal(whyOf(action), 'unexpected: "250 injected\\r\\n" in the clear before TLS');
  });
});

describe("what a check shows of a password", () => {
  it("is nothing, whatever the server repeats", () => {
    const repeated = [plainGeheim, "Z2VoZWlt", "geheim"].join(" ");
    const begins = [
      [
        smtp(login),
        ["S: 220 x", "C: EHLO lvsd.invalid", "S: 250 AUTH PLAIN", `C: AUTH PLAIN ${plainGeheim}`],
      ],
      [pop3(login), ["S: +OK", "C: USER probe"]],
      [imap(login), ["S: * OK", 'C: a2 LOGIN "probe" "geheim"']],
      [nntp(login), ["S: 200 x", "C: AUTHINFO USER probe"]],
    ] as const;
    for (const [begin, transcript] of begins) {
      const why = whyOf(playEveryWay(begin, [...transcript, `S: 999 ${repeated}`]));
      assert.match(why, /999 \*\*\* \*\*\* \*\*\*/);
      assert.doesNotMatch(why, /geheim|Z2VoZWlt/);
    }
  });
});
