import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { expecting, failure } from "./judged.ts";
import { lenient, sendExpectCheck, serve, serveTls, tryOnce } from "./servers.ts";

describe("a stream with TLS", () => {
  const greeting = (context: TestContext) => serveTls(context, (socket) => socket.end("220 safe"));

  const check = sendExpectCheck({ expect: expecting("220 "), tls: lenient });

  it("passes the expected answer", async (context) => {
    assert.equal(failure(await tryOnce(check, await greeting(context))), "passed");
  });

  it("fails a server that speaks no TLS", async (context) => {
    const plain = await serve(context, (socket) => socket.end("220 plain\r\n"));
    assert.match(failure(await tryOnce(check, plain)), /^tls: /);
  });
});
