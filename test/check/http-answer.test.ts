import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bodyBytesMax, chunksMax, HttpAnswer, headBytesMax } from "../../src/check/http-answer.ts";

/** The outcome of an answer however it is cut; the end of the connection comes last. */
function heard(text: string, method = "GET") {
  const bytes = Buffer.from(text, "latin1");
  const ways = [[bytes], [...bytes].map((byte) => Buffer.of(byte))].map((pieces) => {
    const answer = new HttpAnswer(method);
    let step = answer.hear(Buffer.alloc(0));
    for (const piece of pieces) step = answer.hear(piece);
    if (step.kind === "more") step = answer.closed();
    const end = step.kind === "failed" ? step.reason : step.kind;
    const body = Buffer.from(answer.body).toString("latin1");
    return { end, status: answer.status, body, coding: answer.coding };
  });
  assert.deepEqual(ways[1], ways[0], "byte by byte");
  return ways[0];
}

const whole = (status: number, body: string) => ({ end: "complete", status, body, coding: null });
const cases: readonly (readonly [name: string, text: string, outcome: object])[] = [
  ["a counted body", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", whole(200, "hi")],
  [
    "what follows a counted body",
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhix",
    whole(200, "hi"),
  ],
  ["lines that end in LF, and no reason", "HTTP/1.0 404\nContent-Length: 0\n\n", whole(404, "")],
  ["a body that ends with the connection", "HTTP/1.0 200 OK\r\n\r\nall", whole(200, "all")],
  [
    "interim answers",
    "HTTP/1.1 103 Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
    whole(200, "x"),
  ],
  [
    "chunks with extensions and trailers",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\nhi\r\n1\r\n!\r\n0\r\nX: y\r\n\r\n",
    whole(200, "hi!"),
  ],
  [
    "equal lengths",
    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
    whole(200, "x"),
  ],
  [
    "a compressed body",
    "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx",
    { ...whole(200, "x"), coding: '"gzip"' },
  ],
  ["a status without a body", "HTTP/1.1 204 No Content\r\n\r\n", whole(204, "")],
];

const refused: readonly (readonly [name: string, text: string, reason: string])[] = [
  ["nothing", "", "closed"],
  ["another protocol", "SSH-2.0-OpenSSH_9.2\r\n", "unreadable"],
  ["a body cut short", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi", "closed"],
  ["a head cut short", "HTTP/1.1 200 OK\r\nContent-", "closed"],
  [
    "two lengths",
    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
    "unreadable",
  ],
  ["a length that is none", "HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\nxx", "unreadable"],
  [
    "a chunk whose size is none",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "unreadable",
  ],
  ["a head without an end", `HTTP/1.1 200 OK\r\nX: ${"y".repeat(headBytesMax)}`, "too-long"],
  [
    "a body beyond the bound",
    `HTTP/1.1 200 OK\r\nContent-Length: ${bodyBytesMax + 1}\r\n\r\n`,
    "too-long",
  ],
  [
    "chunks without end",
    `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${"1\r\nx\r\n".repeat(chunksMax + 1)}`,
    "too-long",
  ],
];

describe("an HTTP answer, however it is cut,", () => {
  for (const [name, text, outcome] of cases)
    it(`is whole with ${name}`, () => assert.deepEqual(heard(text), outcome));

  it("to HEAD has no body, whatever its length says", () => {
    assert.deepEqual(heard("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", "HEAD"), whole(200, ""));
  });

  for (const [name, text, reason] of refused)
    it(`is refused with ${name}`, () => assert.equal(heard(text)?.end, reason));
});
