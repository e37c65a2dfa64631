import { describe } from "node:test";
import { fails, imap, login, passes, plain, upgrade } from "./sessions.ts";

describe("conversations with IMAP that pass, however their answers are cut", () => {
  passes([
    [
      "IMAP, which answers LOGOUT as it likes",
      imap(plain),
      ["S: * OK hi", "C: a3 LOGOUT", "S: * BYE"],
    ],
    [
      "IMAP with TLS, a login, and words in between that nobody asked for",
      imap(upgrade),
      [
        "S: * OK [CAPABILITY IMAP4rev1] hi",
        "C: a1 STARTTLS",
        "S: a1 OK go",
        "TLS",
        'C: a2 LOGIN "probe" "geheim"',
        "S: * CAPABILITY IMAP4rev1",
        "S: * 3 EXISTS",
        "S: a2 OK done",
        "C: a3 LOGOUT",
      ],
    ],
    [
      "IMAP with a password that no quoted string can hold",
      imap({ ...login, password: "grün" }),
      [
        "S: * PREAUTH hi",
        "C: a2 AUTHENTICATE PLAIN",
        "S: + ",
        `C: ${Buffer.from("\0probe\0grün").toString("base64")}`,
        "S: a2 OK",
        "C: a3 LOGOUT",
      ],
    ],
    [
      "IMAP with a password that must be quoted",
      imap({ ...login, password: 'a"b\\c' }),
      ["S: * OK", 'C: a2 LOGIN "probe" "a\\"b\\\\c"', "S: a2 ok", "C: a3 LOGOUT"],
    ],
  ]);
});

describe("conversations with IMAP that fail, with what was expected and what came", () => {
  fails([
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
  ]);
});
