import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { expecting, failure } from "./judged.ts";
import { lenient, sendExpectCheck, serve, serveTls, short, tryOnce, until } from "./servers.ts";

describe("a send_expect check over TLS", () => {
  const greeting = (context: TestContext) => serveTls(context, (socket) => socket.end("220 safe"));
  const check = sendExpectCheck({ expect: expecting("220 "), tls: lenient });

  it("refuses a certificate that nobody vouches for when it is to verify", async (context) => {
    const strict = { ...check, tls: { ...lenient, verify: true, sni: "real.example" } };
    assert.match(failure(await tryOnce(strict, await greeting(context))), /^tls: .*self-signed/);
  });

  it("fails a server that never shakes hands, at the deadline", async (context) => {
    const mute = await serve(context, () => {});
    const tried = await tryOnce({ ...check, ...short }, mute);
    assert.equal(failure(tried), "timeout: no TLS handshake within 200ms");
    await until("the connection is gone", () => mute.connections.size === 0);
  });
});
