import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Dialogue, DialogueAction } from "../../src/check/dialogue.ts";
import { contains, sought } from "../../src/check/pattern.ts";
import { type FtpSession, ftpDialogue } from "../../src/check/transfer/ftp.ts";
import { rtspDialogue } from "../../src/check/voice/rtsp.ts";
import { sipDialogue } from "../../src/check/voice/sip.ts";
import type { IpAddress } from "../../src/model/address.ts";
import { play, playEveryWay, whyOf } from "./transcript.ts";

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

const aim = { address: "192.0.2.1" as IpAddress, port: 5060 };
const random = new Uint8Array(32).fill(7);
const good = [{ from: 200, to: 299 }];
const sip = (protocol: "udp" | "tcp" = "tcp") =>
  sipDialogue({ user: "lvsd", protocol, status: good }, { aim, random });
/** What is said first, and the turn after this answer. */
function answered(dialogue: Dialogue, answer: string): [said: string, DialogueAction] {
  const action = dialogue.open();
  if (action.kind !== "say") return assert.fail(action.kind);
  return [Buffer.from(action.bytes).toString(), dialogue.hear(Buffer.from(answer, "latin1"))];
}

describe("sip", () => {
  it("asks in the form of RFC 3261, for an answer at the place that it comes from", () => {
    const [said, action] = answered(sip("udp"), "SIP/2.0 200 OK\r\nVia: x\r\n\r\n");
    assert.equal(action.kind, "passed");
    assert.match(said, /^OPTIONS sip:192\.0\.2\.1:5060 SIP\/2\.0\r\nVia: SIP\/2\.0\/UDP /);
    assert.match(said, /;branch=z9hG4bK07070707[0-9a-f]*;rport\r\n/);
    assert.match(said, /\r\nContent-Length: 0\r\n\r\n$/);
    const six = { address: "2001:db8::1" as IpAddress, port: 5061 };
    const options = { user: "u", protocol: "tls", status: good } as const;
    const [saidSix] = answered(sipDialogue(options, { aim: six, random }), "");
    assert.match(saidSix, /^OPTIONS sip:\[2001:db8::1\]:5061;transport=tls SIP/);
    assert.match(saidSix, /From: <sip:u@lvsd\.invalid>;tag=/);
  });

  it("waits behind interim answers, and judges the status however it is cut", () => {
    const answer = "SIP/2.0 100 Trying\r\nVia: x\r\n\r\nSIP/2.0 200 OK\r\n";
    for (let place = 0; place <= answer.length; place++) {
      const dialogue = sip();
      answered(dialogue, answer.slice(0, place));
      const action = dialogue.hear(Buffer.from(answer.slice(place)));
      if (place < answer.length) assert.equal(action.kind, "passed", `cut at ${place}`);
    }
  });

  it("passes over requests and answers to others, over UDP", () => {
    const branch = `z9hG4bK${"07".repeat(12)}`;
    const via = (of: string): string => `Via: SIP/2.0/UDP x;rport=5;branch=${of}\r\n`;
    const ours = `SIP/2.0 200 OK\r\n${via(branch)}\r\n`;
    const others = [
      `OPTIONS sip:lvsd@192.0.2.9 SIP/2.0\r\n${via("z9hG4bKother")}\r\n`,
      `SIP/2.0 503 Down\r\n${via("z9hG4bKother")}Call-ID: 1\r\n\r\n`,
      `SIP/2.0 100 Trying\r\nv: SIP/2.0/UDP x ; branch=${branch}\r\nf: y\r\n\r\n`,
      "SIP/2.0 100 Trying\r\nCall-ID: 1\r\n\r\n",
      "\r\n\r\n",
    ];
    for (const other of others) {
      const dialogue = sip("udp");
      assert.equal(answered(dialogue, other)[1].kind, "more", other);
      assert.equal(dialogue.hear(Buffer.from(ours)).kind, "passed", other);
    }
    const refused = sip("udp");
    answered(refused, others.join(""));
    assert.match(
      whyOf(refused.hear(Buffer.from(ours.replace("200 OK", "503 No")))),
      /"SIP\/2\.0 503 No"$/,
    );
    assert.match(whyOf(answered(sip("udp"), (others[0] ?? "").repeat(20))[1]), /interim answers/);
  });

  it("names the status, and what is no answer", () => {
    const why = (answer: string, protocol: "udp" | "tcp" = "tcp") =>
      whyOf(answered(sip(protocol), answer)[1]);
    assert.equal(
      why("SIP/2.0 404 Not here\r\n"),
      'unexpected: status 200-299 expected after OPTIONS, got "SIP/2.0 404 Not here"',
    );
    assert.equal(
      why("HTTP/1.1 200 OK\r\n"),
      'unexpected: SIP/2.0 and a status expected after OPTIONS, got "HTTP/1.1 200 OK"',
    );
    assert.match(why("SIP/2.0 100 Trying\r\n\r\n".repeat(20)), /interim answers/);
    // A datagram is whole, with or without the end of its line.
    assert.match(why("garbage", "udp"), /got "garbage"$/);
    assert.equal(answered(sip("tcp"), "garbage")[1].kind, "more");
  });
});

describe("rtsp", () => {
  const rtsp = (path: string | null) => rtspDialogue({ path, status: good }, aim);

  it("asks about the server, or about one stream", () => {
    assert.match(answered(rtsp(null), "")[0], /^OPTIONS \* RTSP\/1\.0\r\nCSeq: 1\r\n/);
    const [said, action] = answered(rtsp("/camera1"), "RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n");
    assert.match(said, /^OPTIONS rtsp:\/\/192\.0\.2\.1:5060\/camera1 RTSP/);
    assert.equal(action.kind, "passed");
  });

  it("names another status, and an end before one", () => {
    assert.match(
      whyOf(answered(rtsp(null), "RTSP/1.0 454 Session\r\n")[1]),
      /status 200-299 expected/,
    );
    assert.equal(play(rtsp(null), []).kind, "failed");
  });
});
