import { describe } from "node:test";
import { fails, login, passes, plain, pop3, upgrade } from "./sessions.ts";

describe("conversations with POP3 that pass, however their answers are cut", () => {
  passes([
    ["POP3", pop3(plain), ["S: +OK ready", "C: QUIT", "S: +OK"]],
    [
      "POP3 with TLS and a login",
      pop3(upgrade),
      [
        "S: +OK",
        "C: STLS",
        "S: +OK go",
        "TLS",
        "C: USER probe",
        "S: +OK",
        "C: PASS geheim",
        "S: +OK 0 messages",
        "C: QUIT",
      ],
    ],
  ]);
});

describe("conversations with POP3 that fail, with what was expected and what came", () => {
  fails([
    [
      "a refused POP3 login, repeated by the server",
      pop3(login),
      ["S: +OK", "C: USER probe", "S: +OK", "C: PASS geheim", "S: -ERR [AUTH] no geheim here"],
      'unexpected: +OK expected after PASS, got "-ERR [AUTH] no *** here"',
    ],
  ]);
});
