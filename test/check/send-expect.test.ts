import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Dialogue, DialogueAction } from "../../src/check/dialogue.ts";
import { compilePattern } from "../../src/check/pattern.ts";
import {
  answerBytesMax,
  dialogueOf,
  piecesMax,
  type SendExpect,
  sendExpect,
} from "../../src/check/send-expect.ts";

const bytes = (text: string): Buffer => Buffer.from(text, "latin1");
const beginning = (text: string): SendExpect => ({
  send: null,
  expect: { kind: "bytes", bytes: bytes(text) },
});
const holding = (pattern: string): SendExpect => ({
  send: null,
  expect: { kind: "regex", pattern },
});

/** The turn, with patterns matched as the driver does. */
function matched(action: DialogueAction): DialogueAction {
  if (action.kind !== "match" || action.wanted.kind === "text") return action;
  return matched(action.next(compilePattern(action.wanted)(action.bytes)));
}

/** A dialogue whose patterns are matched as the driver does. */
function listen(what: SendExpect): Pick<Dialogue, "hear" | "closed"> {
  const dialogue = sendExpect(what);
  dialogue.open();
  return { hear: (bytes) => matched(dialogue.hear(bytes)), closed: () => dialogue.closed() };
}

/** Speaks the pieces, then closes; the last turn. */
function speak(what: SendExpect, ...pieces: readonly Uint8Array[]): DialogueAction {
  const dialogue = listen(what);
  for (const piece of pieces) {
    const action = dialogue.hear(piece);
    if (action.kind !== "more") return action;
  }
  return dialogue.closed();
}

const cut = (answer: Uint8Array, at: number): Uint8Array[] => [
  answer.subarray(0, at),
  answer.subarray(at),
];

describe("send_expect", () => {
  it("says its bytes and then listens", () => {
    const action = sendExpect({ ...beginning("+PONG"), send: bytes("PING\r\n") }).open();
    assert.deepEqual(action, { kind: "say", bytes: bytes("PING\r\n"), answered: true });
  });

  it("listens at once when it has nothing to say", () => {
    assert.equal(sendExpect(beginning("220")).open().kind, "more");
  });

  it("passes without an answer when none is expected", () => {
    assert.equal(sendExpect({ send: null, expect: null }).open().kind, "passed");
    const action = sendExpect({ send: bytes("x"), expect: null }).open();
    assert.deepEqual(action, { kind: "say", bytes: bytes("x"), answered: false });
  });

  const cases: [string, SendExpect, string, string][] = [
    ["passes an answer that begins as expected", beginning("220 "), "220 mail ready", "passed"],
    ["passes an answer that is exactly as expected", beginning("220 "), "220 ", "passed"],
    ["fails an answer that begins otherwise", beginning("220 "), "554 no", "failed"],
    ["fails an answer that has it later only", beginning("220 "), " 220 ", "failed"],
    ["fails an answer that ends too early", beginning("220 "), "220", "failed"],
    ["passes bytes that are no text", beginning("\x00\xff"), "\x00\xff\x80", "passed"],
    ["passes an answer in which the pattern matches", holding("rea.y$"), "220 ready", "passed"],
    ["fails an answer in which it does not", holding("^ready"), "220 ready", "failed"],
    ["matches single bytes", holding("^\\xff.\\x00$"), "\xff\x80\x00", "passed"],
    ["takes an empty answer for no answer", holding("."), "", "failed"],
  ];
  for (const [name, what, answer, kind] of cases) {
    it(`${name}, however it is cut`, () => {
      for (let at = 0; at <= answer.length; at++)
        assert.equal(speak(what, ...cut(bytes(answer), at)).kind, kind, `cut at ${at}`);
      const single = [...bytes(answer)].map((byte) => Uint8Array.of(byte));
      assert.equal(speak(what, ...single).kind, kind, "byte by byte");
    });
  }

  it("finds a letter outside ASCII by its bytes in UTF-8", () => {
    assert.equal(speak(holding("grün"), Buffer.from("alles grün", "utf8")).kind, "passed");
  });

  it("stops listening at its bound of bytes", () => {
    const listening = listen(holding("never"));
    assert.equal(listening.hear(Buffer.alloc(answerBytesMax - 1, "x")).kind, "more");
    const action = listening.hear(Buffer.alloc(1_000_000, "x"));
    assert.equal(action.kind === "failed" && action.reason, "too-long");
  });

  it("stops listening at its bound of pieces", () => {
    const listening = listen(holding("never"));
    for (let piece = 1; piece < piecesMax; piece++)
      assert.equal(listening.hear(bytes("x")).kind, "more");
    const action = listening.hear(bytes("x"));
    assert.equal(action.kind === "failed" && action.reason, "too-long");
  });

  it("ends on any answer with a printable, bounded reason", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 8 }), (pieces) => {
        for (const what of [beginning("HTTP/1.1 200 OK"), holding("^HTTP/1\\.[01] 200")]) {
          const action = speak(what, ...pieces);
          assert.equal(action.kind, "failed");
          if (action.kind === "failed") assert.match(action.why, /^[\x20-\x7e]{1,120}$/);
        }
      }),
    );
  });
});

describe("a dialogue of several steps", () => {
  const smtp = [
    { send: null, expect: { kind: "bytes", bytes: bytes("220") } },
    { send: bytes("EHLO lvsd\r\n"), expect: { kind: "regex", pattern: "(?m)^250 " } },
    { send: bytes("QUIT\r\n"), expect: { kind: "bytes", bytes: bytes("221") } },
  ] as const;
  const said = (action: DialogueAction): string =>
    action.kind === "say" ? Buffer.from(action.bytes).toString("latin1") : action.kind;

  it("waits for a greeting before it says anything, and takes one step after the other", () => {
    const dialogue = dialogueOf(smtp);
    const hear = (text: string): string => said(matched(dialogue.hear(bytes(text))));
    assert.equal(said(dialogue.open()), "more");
    assert.equal(hear("220 mail.example ESMTP\r\n"), "EHLO lvsd\r\n");
    assert.equal(hear("250-mail.example\r\n250-SIZE\r\n"), "more");
    assert.equal(hear("250 PIPELINING\r\n"), "QUIT\r\n");
    assert.equal(hear("221 bye\r\n"), "passed");
  });

  it("takes the late rest of a line for no answer to the next step", () => {
    const dialogue = dialogueOf([
      { send: null, expect: { kind: "bytes", bytes: bytes("220") } },
      { send: bytes("QUIT\r\n"), expect: { kind: "bytes", bytes: bytes("221") } },
    ]);
    dialogue.open();
    assert.equal(said(dialogue.hear(bytes("22"))), "more");
    assert.equal(said(dialogue.hear(bytes("0 ma"))), "QUIT\r\n");
    assert.equal(said(dialogue.hear(bytes("il ready\r\n22"))), "more");
    assert.equal(said(dialogue.hear(bytes("1 bye"))), "passed");
  });

  it("fails at a wrong answer of any step, and says in which a connection ended", () => {
    const wrong = dialogueOf(smtp);
    wrong.open();
    assert.equal(matched(wrong.hear(bytes("554 no\r\n"))).kind, "failed");
    const ended = dialogueOf(smtp);
    ended.open();
    ended.hear(bytes("220 mail\r\n"));
    const action = ended.closed();
    assert.match(action.kind === "failed" ? action.why : "", /^step 2: the connection was closed/);
  });

  it("says what follows an unanswered step together with it, and passes once all is said", () => {
    const dialogue = dialogueOf([
      { send: bytes("a"), expect: null },
      { send: bytes("b"), expect: null },
    ]);
    assert.deepEqual(dialogue.open(), { kind: "say", bytes: bytes("ab"), answered: false });
  });
});
