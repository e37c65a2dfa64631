import assert from "node:assert/strict";
import { test } from "node:test";
import { statusDialogue } from "../../../src/check/voice/status-answer.ts";
import { play, whyOf } from "../transcript.ts";

const request = {
  version: "RTSP/1.0",
  method: "OPTIONS",
  lines: ["OPTIONS * RTSP/1.0"],
  branch: null,
  status: [{ from: 200, to: 299 }],
};
const heard = (...lines: readonly string[]) => {
  const dialogue = statusDialogue(request, false);
  dialogue.open();
  let action = dialogue.hear(Buffer.from(lines.map((line) => `${line}\r\n`).join("")));
  if (action.kind === "more") action = dialogue.closed();
  return action;
};
const interim = (count: number) =>
  Array.from({ length: count }, () => ["RTSP/1.0 100 Wait", ""]).flat();

test("the request ends with an empty line, and the status decides, empty lines before it or not", () => {
  const open = statusDialogue(request, false).open();
  assert.equal(
    open.kind === "say" && Buffer.from(open.bytes).toString(),
    "OPTIONS * RTSP/1.0\r\n\r\n",
  );
  assert.equal(heard("RTSP/1.0 204 Fine").kind, "passed");
  assert.equal(heard("", "", "RTSP/1.0 200").kind, "passed");
});

test("another status or another protocol fails with what came", () => {
  assert.match(whyOf(heard("RTSP/1.0 404 No")), /^unexpected: status 200-299 expected .*404 No/);
  assert.match(whyOf(heard("SIP/2.0 200 OK")), /RTSP\/1\.0 and a status/);
  assert.match(whyOf(heard("RTSP/1.0 2000 OK")), /RTSP\/1\.0 and a status/);
  assert.match(whyOf(play(statusDialogue(request, false), [])), /./);
});

test("sixteen interim answers may come before the one that counts, and no more", () => {
  assert.equal(heard(...interim(16), "RTSP/1.0 200 OK").kind, "passed");
  assert.match(whyOf(heard(...interim(17), "RTSP/1.0 200 OK")), /an end expected after 16 interim/);
});
