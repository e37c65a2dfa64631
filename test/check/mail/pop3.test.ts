import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { smtpDialogue } from "../../../src/check/mail/smtp.ts";
import { playEveryWay, whyOf } from "../transcript.ts";
import { login, plain, pop3, upgrade } from "./sessions.ts";

describe("conversations with POP3 that pass, however their answers are cut", () => {
  const cases: readonly [name: string, begin: () => ReturnType<typeof smtpDialogue>, string[]][] = [
    ["POP3", pop3(plain), ["S: +OK ready", "C: QUIT", "S: +OK"]],
    [
      "POP3 with TLS and a login",
      pop3(upgrade),
      [
        ...["S: +OK", "C: STLS", "S: +OK go", "TLS", "C: USER probe", "S: +OK"],
        ...["C: PASS geheim", "S: +OK 0 messages", "C: QUIT"],
      ],
    ],
  ];

  for (const [name, begin, transcript] of cases)
    it(name, () => assert.deepEqual(playEveryWay(begin, transcript), { kind: "passed" }));
});

describe("conversations with POP3 that fail, with what was expected and what came", () => {
  const cases: readonly [
    name: string,
    begin: () => ReturnType<typeof smtpDialogue>,
    string[],
    string,
  ][] = [
    [
      "a refused POP3 login, repeated by the server",
      pop3(login),
      ["S: +OK", "C: USER probe", "S: +OK", "C: PASS geheim", "S: -ERR [AUTH] no geheim here"],
      'unexpected: +OK expected after PASS, got "-ERR [AUTH] no *** here"',
    ],
  ];

  for (const [name, begin, transcript, why] of cases)
    it(name, () => assert.equal(whyOf(playEveryWay(begin, transcript)), why));
});
