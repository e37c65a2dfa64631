import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { rtspDialogue } from "../../../src/check/voice/rtsp.ts";
import { play, whyOf } from "../transcript.ts";
import { aim, answered, good } from "./answered.ts";

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
