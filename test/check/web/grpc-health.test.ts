import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  decodeHealthAnswer,
  encodeHealthRequest,
  type GrpcAnswer,
  judgeHealth,
} from "../../../src/check/web/grpc-health.ts";

const framed = (...message: readonly number[]): Buffer =>
  Buffer.from([0, 0, 0, 0, message.length, ...message]);

const serving: GrpcAnswer = {
  status: 200,
  type: "application/grpc",
  code: "0",
  message: "",
  body: framed(0x08, 1),
};

describe("the request to gRPC's health service", () => {
  it("is an empty message for the whole server, and else the name in field 1", () => {
    assert.equal(encodeHealthRequest("").toString("hex"), "0000000000");
    assert.equal(encodeHealthRequest("ab").toString("hex"), "00000000040a026162");
    const long = encodeHealthRequest("x".repeat(200));
    assert.equal(long.toString("hex", 0, 8), "00000000cb0ac801");
    assert.equal(long.readUInt32BE(1), long.length - 5);
  });
});

describe("the answer of gRPC's health service", () => {
  it("has its status in field 1, whatever stands around it", () => {
    assert.equal(decodeHealthAnswer(framed()), 0);
    assert.equal(decodeHealthAnswer(framed(0x08, 2)), 2);
    assert.equal(decodeHealthAnswer(framed(0x12, 2, 1, 2, 0x08, 1, 0x1d, 0, 0, 0, 0)), 1);
  });

  const broken: readonly [string, Buffer][] = [
    ["a length that is another", Buffer.from([0, 0, 0, 0, 3, 8, 1])],
    ["compression", Buffer.from([1, 0, 0, 0, 2, 8, 1])],
    ["a number that does not end", framed(0x08, 0x80)],
    ["a text that is longer than the message", framed(0x12, 9, 1)],
    ["a group", framed(0x0b, 0)],
    ["nothing", Buffer.alloc(0)],
  ];
  for (const [name, body] of broken)
    it(`is none with ${name}`, () => {
      assert.equal(decodeHealthAnswer(body), null);
    });

  it("is read whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (message) => {
        const status = decodeHealthAnswer(framed(...message));
        assert.ok(status === null || Number.isSafeInteger(status));
      }),
    );
  });

  const failures: readonly [string, Partial<GrpcAnswer>, string, RegExp][] = [
    ["another HTTP status", { status: 502 }, "unexpected", /HTTP status 502/],
    ["a page", { type: "text/html" }, "unreadable", /content-type "text\/html"/],
    ["no trailers", { code: null }, "closed", /without a grpc-status/],
    ["an unknown service", { code: "5" }, "unexpected", /grpc-status 5 NOT_FOUND$/],
    [
      "words of the server",
      { code: "14", message: "\x1b[1m" },
      "unexpected",
      /UNAVAILABLE: "\\x1b/,
    ],
    ["a code that is none", { code: "x" }, "unexpected", /grpc-status x unknown/],
    ["NOT_SERVING", { body: framed(8, 2) }, "unexpected", /status NOT_SERVING, expected SERVING/],
    ["a status that is none", { body: framed(8, 9) }, "unexpected", /status 9/],
    ["garbage", { body: Buffer.from("garbage") }, "unreadable", /no HealthCheckResponse/],
  ];
  it("passes with SERVING", () => {
    assert.equal(judgeHealth(serving), null);
  });
  for (const [name, changes, reason, why] of failures)
    it(`fails on ${name}`, () => {
      const refusal = judgeHealth({ ...serving, ...changes });
      assert.equal(refusal?.reason, reason);
      assert.match(refusal?.why ?? "", why);
    });
});
