import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { describe, it } from "node:test";
import { bytes, expecting, failure } from "./judged.ts";
import { sendExpectCheck, serve, short, tryOnce, until } from "./servers.ts";

/** A TCP server's behaviour, and how a check for `220 ` judges it. */
const behaviours: [string, (socket: Socket) => void, RegExp][] = [
  ["passes the expected answer", (s) => s.write("220 ready\r\n"), /^passed$/],
  ["passes an answer followed by a half-close", (s) => s.end("220 ready\r\n"), /^passed$/],
  ["fails another answer", (s) => s.write("554 no\r\n"), /^unexpected: .*"554 no\\r\\n"/],
  ["fails silence at the deadline", () => {}, /^timeout: no complete answer within 200ms$/],
  ["fails a half-closed connection", (s) => s.end(), /^closed: .*without an answer/],
  ["fails an answer cut short", (s) => s.end("22"), /^closed: the answer ended after "22"/],
  ["fails a reset", (s) => s.resetAndDestroy(), /: connection reset$/],
  [
    "fails binary garbage in printable words",
    (s) => s.write(garbage),
    /^unexpected: [ -~]{1,160}$/,
  ],
];

const garbage = Uint8Array.from({ length: 10_000 }, (_, index) => (index * 151) % 256);

describe("a send_expect check over TCP", () => {
  for (const [name, answer, judged] of behaviours) {
    it(name, async (context) => {
      const server = await serve(context, answer);
      const check = sendExpectCheck({ expect: expecting("220 "), ...short });
      assert.match(failure(await tryOnce(check, server)), judged);
      await until("the connection is gone", () => server.connections.size === 0);
    });
  }

  it("says its text and hears the answer", async (context) => {
    const server = await serve(context, (socket) =>
      socket.on("data", (heard) =>
        socket.write(heard.equals(bytes("PING\r\n")) ? "+PONG" : "-ERR"),
      ),
    );
    const check = sendExpectCheck({ send: bytes("PING\r\n"), expect: expecting("+PONG") });
    assert.equal((await tryOnce(check, server)).kind, "passed");
  });

  it("says its text to the end when no answer is expected", async (context) => {
    let heard = "";
    const server = await serve(context, (socket) =>
      socket.on("data", (piece) => {
        heard += piece;
      }),
    );
    const check = sendExpectCheck({ send: bytes("QUIT\r\n") });
    assert.equal((await tryOnce(check, server)).kind, "passed");
    await until("the text has arrived", () => heard === "QUIT\r\n");
  });
});
