import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { reasonWithout, Transcript, withoutSecrets } from "../../src/checks/transcript.ts";

describe("a transcript of a try", () => {
  it("hides a password as it is, quoted, and inside Base64, from whichever side", () => {
    const secret = 'se"cr\\et';
    const plain = Buffer.from(`\0probe\0${secret}`).toString("base64");
    const shown = withoutSecrets(
      [`PASS ${secret}`, `A1 LOGIN "probe" "se\\"cr\\\\et"`, `AUTH PLAIN ${plain}`].join("\n"),
      [secret],
    );
    assert.equal(shown, 'PASS <hidden>\nA1 LOGIN "probe" "<hidden>"\nAUTH PLAIN <hidden>');
    assert.equal(withoutSecrets("250 AUTH PLAIN LOGIN", [secret]), "250 AUTH PLAIN LOGIN");
  });

  it("hides headers that carry credentials", () => {
    const shown = withoutSecrets("GET / HTTP/1.1\r\nAuthorization: Basic YTpi\r\nHost: a\r\n", []);
    assert.match(shown, /Authorization: <hidden>/);
    assert.doesNotMatch(shown, /YTpi/);
    assert.match(shown, /Host: a/);
  });

  it("hides what was cut in two, and what was learned later", () => {
    const transcript = new Transcript();
    transcript.heard(Buffer.from("you said pass"));
    transcript.heard(Buffer.from("word1\r\n"));
    transcript.secret("password1");
    assert.deepEqual(
      transcript.steps().map(({ kind, text }) => [kind, text]),
      [["heard", "you said <hidden>"]],
    );
  });

  it("keeps a bounded part, and makes hidden characters visible", () => {
    const transcript = new Transcript();
    transcript.heard(Buffer.alloc(1024 * 1024, "x"));
    for (let count = 0; count < 1000; count++) transcript.note("\u001b[2J");
    const steps = transcript.steps();
    assert.equal(steps.length, 200);
    assert.match(steps[0]?.text ?? "", /^x{2048} \.\.\. 1046528 bytes more$/);
    assert.equal(steps[1]?.text, "\\x1b[2J");
  });
});

describe("the reason of a failed try", () => {
  const secret = 'geh"eim-grün';
  const shown = (why: string) => reasonWithout(why, [secret]);

  it("shows no secret, in whichever form a server repeats it", () => {
    for (const form of [
      secret,
      'geh\\"eim-grün',
      'geh"eim-gr\\xc3\\xbcn',
      'geh"eim-gr\\ufcn',
      Buffer.from(`\0probe\0${secret}`).toString("base64"),
    ])
      assert.equal(shown(`got "535 ${form}"`), 'got "535 ***"', form);
  });

  it("shows no part of one that was cut", () => {
    assert.equal(shown('got "535 no: geh"eim"...'), 'got "535 no: ***"...');
    const encoded = Buffer.from(`probe:${secret}`).toString("base64").slice(0, 13);
    assert.equal(shown(`got "535 ${encoded}"...`), 'got "535 ***"...');
    assert.equal(shown("no: geh..."), "no: ***...");
    assert.equal(shown('got "535 no: good"...'), 'got "535 no: good"...');
  });
});
