import { describe } from "node:test";
import { fails, login, nntp, passes, plain, upgrade } from "./sessions.ts";

describe("conversations with NNTP that pass, however their answers are cut", () => {
  passes([
    ["NNTP that forbids posting", nntp(plain), ["S: 201 read only", "C: QUIT", "S: 205 bye"]],
    [
      "NNTP with TLS and a login",
      nntp(upgrade),
      [
        "S: 200 hi",
        "C: STARTTLS",
        "S: 382 go",
        "TLS",
        "C: AUTHINFO USER probe",
        "S: 381 more",
        "C: AUTHINFO PASS geheim",
        "S: 281 ok",
        "C: QUIT",
      ],
    ],
    [
      "NNTP that wants no password",
      nntp(login),
      ["S: 200 hi", "C: AUTHINFO USER probe", "S: 281 ok", "C: QUIT"],
    ],
  ]);
});

describe("conversations with NNTP that fail, with what was expected and what came", () => {
  fails([
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
  ]);
});
