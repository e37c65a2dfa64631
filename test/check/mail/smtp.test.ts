import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { play, whyOf } from "../transcript.ts";
import { fails, login, passes, plain, plainGeheim, smtp, upgrade } from "./sessions.ts";

describe("TLS that is begun", () => {
  it("is preceded by nothing that somebody slipped in", () => {
    const action = play(smtp(upgrade)(), [
      "S: 220 x",
      "C: EHLO lvsd.invalid",
      "S: 250 x",
      "C: STARTTLS",
      "S: 220 go",
      "S: 250 injected",
    ]);
    assert.equal(whyOf(action), 'unexpected: "250 injected\\r\\n" in the clear before TLS');
  });
});

describe("conversations with SMTP that pass, however their answers are cut", () => {
  passes([
    [
      "SMTP with a greeting and an answer of several lines",
      smtp(plain),
      [
        "S: 220-mail.example",
        "S: 220 ESMTP",
        "C: EHLO lvsd.invalid",
        "S: 250-mail.example",
        "S: 250-SIZE 1000",
        "S: 250 HELP",
        "C: QUIT",
        "S: 221 bye",
      ],
    ],
    [
      "SMTP whose server knows no EHLO",
      smtp(plain),
      [
        "S: 220 old",
        "C: EHLO lvsd.invalid",
        "S: 502 what?",
        "C: HELO lvsd.invalid",
        "S: 250 old",
        "C: QUIT",
      ],
    ],
    [
      "SMTP with TLS and AUTH PLAIN, which is offered under TLS alone",
      smtp(upgrade),
      [
        "S: 220 x",
        "C: EHLO lvsd.invalid",
        "S: 250-x",
        "S: 250 STARTTLS",
        "C: STARTTLS",
        "S: 220 go",
        "TLS",
        "C: EHLO lvsd.invalid",
        "S: 250-x",
        "S: 250 AUTH LOGIN PLAIN",
        `C: AUTH PLAIN ${plainGeheim}`,
        "S: 235 ok",
        "C: QUIT",
        "S: 221 bye",
      ],
    ],
    [
      "SMTP with AUTH LOGIN, where that is all",
      smtp(login),
      [
        "S: 220 x",
        "C: EHLO lvsd.invalid",
        "S: 250-x",
        "S: 250 AUTH=LOGIN",
        "C: AUTH LOGIN",
        "S: 334 VXNlcm5hbWU6",
        "C: cHJvYmU=",
        "S: 334 UGFzc3dvcmQ6",
        "C: Z2VoZWlt",
        "S: 235 ok",
        "C: QUIT",
        "S: 500 whatever",
      ],
    ],
  ]);
});

describe("conversations with SMTP that fail, with what was expected and what came", () => {
  const hello = ["S: 220 x", "C: EHLO lvsd.invalid"];

  fails([
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
      "an end in the middle of an answer",
      smtp(plain),
      [...hello, "S: 250-x"],
      "closed: the connection was closed before the end of the answer to EHLO",
    ],
  ]);
});
