import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { playEveryWay, whyOf } from "../transcript.ts";
import { imap, login, nntp, plainGeheim, pop3, smtp } from "./sessions.ts";

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
