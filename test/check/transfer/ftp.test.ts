import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Dialogue, DialogueAction } from "../../../src/check/dialogue.ts";
import { contains, sought } from "../../../src/check/pattern.ts";
import { type FtpSession, ftpDialogue } from "../../../src/check/transfer/ftp.ts";
import { playEveryWay, whyOf } from "../transcript.ts";

const ftp =
  (changes: Partial<FtpSession> = {}) =>
  (): Dialogue =>
    ftpDialogue({ user: null, password: null, path: null, wanted: null, ...changes });

const greeted = ["S: 220-hi", "S: 220 ready", "C: USER anonymous", "S: 331 pw"];

const loggedIn = [...greeted, "C: PASS lvsd@lvsd.invalid", "S: 230 in"];

describe("ftp", () => {
  it("logs in as anonymous, and takes its leave", () => {
    assert.equal(playEveryWay(ftp(), [...loggedIn, "C: QUIT", "S: 221 bye"]).kind, "passed");
  });

  it("waits for a server that is ready soon, and needs no password where none is asked for", () => {
    const transcript = ["S: 120 soon", "S: 220 now", "C: USER me", "S: 230 in", "C: QUIT"];
    assert.equal(playEveryWay(ftp({ user: "me", password: "x" }), transcript).kind, "passed");
  });

  it("asks for the size of a file", () => {
    const asked = [...loggedIn, "C: TYPE I", "S: 200 ok", "C: SIZE /a b"];
    const path = "/a b";
    assert.equal(playEveryWay(ftp({ path }), [...asked, "S: 213 5", "C: QUIT"]).kind, "passed");
    assert.equal(
      whyOf(playEveryWay(ftp({ path }), [...asked, "S: 550 no such file"])),
      'unexpected: 213 expected after SIZE, got "550 no such file"',
    );
  });

  it("names what was expected of a login, and shows no password", () => {
    const begin = ftp({ user: "me", password: "geheim" });
    const named = ["S: 220 x", "C: USER me", "S: 331 pw", "C: PASS geheim"];
    assert.equal(
      whyOf(playEveryWay(begin, [...named, "S: 530 Login incorrect"])),
      'unexpected: 230 or 202 expected after PASS, got "530 Login incorrect"',
    );
    assert.match(
      whyOf(playEveryWay(begin, [...named, "S: 500 PASS geheim?"])),
      /"500 PASS \*\*\*\?"/,
    );
    assert.match(
      whyOf(playEveryWay(begin, ["S: 220 x", "C: USER me", "S: 332 account"])),
      /331 or 230/,
    );
  });

  /** The turn after these answers, each to what was said before it. */
  function after(dialogue: Dialogue, answers: readonly string[]): DialogueAction {
    let action = dialogue.open();
    for (const answer of answers) action = dialogue.hear(Buffer.from(`${answer}\r\n`));
    return action;
  }
  const ready = ["220 x", "230 in", "200 binary"];
  const wanted = sought("OK", false);

  it("fetches a file and judges its content, whichever connection ends first", () => {
    for (const contentFirst of [true, false])
      for (const [content, kind] of [
        ["all OK", "say"],
        ["no", "failed"],
      ] as const) {
        const dialogue = ftp({ path: "/f", wanted })();
        const action = after(dialogue, [...ready, "229 Extended (|||50123|)"]);
        assert.deepEqual(action, { kind: "fetch", port: 50123 });
        assert.equal(dialogue.opened?.().kind, "say");
        assert.equal(dialogue.hear(Buffer.from("150 here\r\n")).kind, "more");
        const end = () => dialogue.hear(Buffer.from("226 done\r\n"));
        const fetched = (): DialogueAction =>
          dialogue.fetched?.(Buffer.from(content)) ?? assert.fail();
        const first = contentFirst ? fetched() : end();
        assert.equal(first.kind, "more");
        const match = contentFirst ? end() : fetched();
        assert.equal(match.kind, "match");
        if (match.kind !== "match" || match.wanted.kind !== "text") return assert.fail();
        const last = match.next(contains(match.bytes, match.wanted.bytes));
        assert.equal(last.kind, kind);
        if (last.kind === "failed")
          assert.equal(last.why, '2 bytes of file without the expected text, got "no"');
      }
  });

  it("takes PASV where EPSV is not known, and believes its port alone", () => {
    const dialogue = ftp({ path: "/f", wanted })();
    assert.equal(after(dialogue, [...ready, "500 what"]).kind, "say");
    const action = dialogue.hear(Buffer.from("227 Passive (203,0,113,9,4,2).\r\n"));
    assert.deepEqual(action, { kind: "fetch", port: 1026 });
  });

  it("refuses an answer without a port", () => {
    for (const answer of ["229 (|||0|)", "229 (|||70000|)", "229 nothing"])
      assert.match(
        whyOf(after(ftp({ path: "/f", wanted })(), [...ready, answer])),
        /^unexpected: a port expected after EPSV, got "229/,
      );
  });
});
