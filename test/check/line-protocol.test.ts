import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Dialogue } from "../../src/check/dialogue.ts";
import {
  hearCode,
  leave,
  lineBytesMax,
  lineDialogue,
  linesMax,
  type Talk,
  talkBytesMax,
} from "../../src/check/line-protocol.ts";
import { imapDialogue } from "../../src/check/mail/imap.ts";
import { nntpDialogue } from "../../src/check/mail/nntp.ts";
import { pop3Dialogue } from "../../src/check/mail/pop3.ts";
import { smtpDialogue } from "../../src/check/mail/smtp.ts";
import { play, whyOf } from "./transcript.ts";

function* greeted(): Talk<void> {
  yield* hearCode(null, [220]);
  yield* leave("QUIT");
}
const dialogue = (): Dialogue => lineDialogue(greeted());
const text = (line: string): Buffer => Buffer.from(line, "latin1");

describe("a dialogue of lines", () => {
  it("takes lines that end in LF alone, and texts without the code between the first and the last", () => {
    const listening = dialogue();
    assert.equal(listening.open().kind, "more");
    assert.equal(listening.hear(text("220-one\nanything\n 220 x\n220")).kind, "more");
    assert.equal(listening.hear(text("\n")).kind, "say");
  });

  it("passes once it has taken leave, however the other side ends", () => {
    assert.equal(play(dialogue(), ["S: 220 x", "C: QUIT"]).kind, "passed");
    assert.equal(play(dialogue(), ["S: 220 x", "C: QUIT", "S: 500 no"]).kind, "passed");
  });

  it("says what is missing when time is over", () => {
    const listening = dialogue();
    listening.open();
    assert.equal(listening.awaited?.(), "greeting");
    listening.hear(text("220 x\r\n"));
    assert.equal(listening.awaited?.(), "answer to QUIT");
  });

  it("gives up a line without an end", () => {
    const listening = dialogue();
    listening.open();
    assert.equal(listening.hear(Buffer.alloc(lineBytesMax, "x")).kind, "more");
    const why = whyOf(listening.hear(text("x")));
    assert.match(why, /^too-long: a line of over 8192 bytes in the greeting: it begins with "xxx/);
  });

  it("gives up an answer without an end", () => {
    const long = dialogue();
    long.open();
    assert.match(
      whyOf(long.hear(text("220-x\r\n".repeat(talkBytesMax / 7 + 1)))),
      /^too-long: more than 65536 bytes or 1024 lines of answers, the last in the greeting$/,
    );
    const many = dialogue();
    many.open();
    assert.match(whyOf(many.hear(text("220-\n".repeat(linesMax + 2)))), /^too-long/);
    const enough = dialogue();
    enough.open();
    assert.equal(enough.hear(text(`${"220-\n".repeat(linesMax - 2)}220 \n`)).kind, "say");
  });

  it("ends on any bytes with a printable, bounded reason or takes its leave", () => {
    const session = { user: "u", password: "p", startTls: true };
    const begins = [
      () => smtpDialogue("x", session),
      () => pop3Dialogue(session),
      () => imapDialogue(session),
      () => nntpDialogue(session),
    ];
    const codes = fc.constantFrom(
      "220 ",
      "250-",
      "250 AUTH LOGIN",
      "+OK",
      "* OK ",
      "a1 OK ",
      "381 ",
    );
    const line = fc.tuple(
      codes,
      fc.uint8Array({ maxLength: 60 }),
      fc.constantFrom("\r\n", "\n", ""),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        for (const begin of begins) {
          const one = begin();
          let action = one.open();
          for (const [code, rest, end] of lines) {
            if (action.kind === "secure") action = one.secured?.() ?? action;
            if (action.kind === "passed" || action.kind === "failed") break;
            action = one.hear(Buffer.concat([text(code), rest, text(end)]));
          }
          if (action.kind !== "passed" && action.kind !== "failed") action = one.closed();
          assert.ok(action.kind === "passed" || action.kind === "failed");
          if (action.kind === "failed") assert.match(action.why, /^[\x20-\x7e]{1,200}$/);
        }
      }),
    );
  });
});
