import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { runCheck, type Tried } from "../../src/checks/check.ts";
import { Transcript } from "../../src/checks/transcript.ts";
import { ms } from "../../src/model/time.ts";
import {
  lenient,
  nobody,
  sendExpectCheck,
  serve,
  serveTls,
  short,
  talk,
  tcpCheck,
  tryOnce,
  until,
} from "./servers.ts";

const bytes = (text: string): Buffer => Buffer.from(text, "latin1");
const expecting = (text: string) => ({ kind: "bytes", bytes: bytes(text) }) as const;
const failure = (tried: Tried): string =>
  tried.kind === "failed" ? `${tried.reason}: ${tried.why}` : "passed";

/** Connections to `port` that linger on this side after their end. */
const lingering = (port: number): number =>
  readFileSync("/proc/net/tcp", "utf8")
    .split("\n")
    .filter((line) => {
      const [, , remote, state] = line.trim().split(/\s+/);
      return state === "06" && remote?.endsWith(port.toString(16).toUpperCase().padStart(4, "0"));
    }).length;

describe("a tcp check", () => {
  it("passes where somebody accepts, and closes by reset", async (context) => {
    const server = await serve(context, () => {});
    assert.equal((await tryOnce(tcpCheck(), server)).kind, "passed");
    await until("the connection is gone", () => server.connections.size === 0);
    assert.equal(lingering(server.port), 0);
  });

  it("fails at once where nobody listens", async (context) => {
    const tried = await tryOnce(tcpCheck(), await nobody(context));
    assert.equal(failure(tried), "unreachable: connection refused");
    assert.ok(tried.took < 1_000);
  });

  it("passes where many more connected while this process stood still", async (context) => {
    const server = await serve(context, () => {});
    assert.equal((await tryOnce(tcpCheck(), server)).kind, "passed");
    // The kernel reports 128 at a time, in the order in which they connected.
    const others = Array.from({ length: 200 }, () => tryOnce(tcpCheck(), server));
    const last = tryOnce(tcpCheck({ timeout: ms(100) }), server);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    assert.equal(failure(await last), "passed");
    assert.deepEqual(new Set((await Promise.all(others)).map(failure)), new Set(["passed"]));
  });

  it("tries the address and port of the check instead of the real server's", async (context) => {
    const server = await serve(context, () => {});
    const check = tcpCheck({ address: server.address, port: server.port });
    assert.equal((await tryOnce(check, await nobody(context))).kind, "passed");
  });

  it("ends when it is told to, before its deadline", async (context) => {
    const server = await serve(context, () => {});
    const tried = await tryOnce(tcpCheck(), server, AbortSignal.abort());
    assert.equal(tried.kind, "failed");
    const stop = new AbortController();
    const stopped = tryOnce(tcpCheck(), server, stop.signal);
    stop.abort();
    assert.equal((await stopped).kind, "failed");
  });

  it("passes where the answer came while this process stood still", async (context) => {
    const server = await serve(context, () => {});
    const trying = tryOnce(tcpCheck({ timeout: ms(20) }), server);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    assert.equal(failure(await trying), "passed");
  });

  it("notes its own port, and fails where that throws", async (context) => {
    const server = await serve(context, () => {});
    const { signal } = new AbortController();
    const transcript = new Transcript();
    await runCheck(tcpCheck(), server, signal, transcript);
    assert.match(transcript.steps()[0]?.text ?? "", /^connected, from port [1-9]\d+$/);
    transcript.note = () => {
      throw new Error("a bug");
    };
    const tried = await runCheck(tcpCheck(), server, signal, transcript);
    assert.equal(failure(tried), "local: a bug");
  });
});

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

  it("fails where what hears the answer throws, and leaves nothing open", async (context) => {
    const server = await serve(context, (socket) => socket.write("220 ready"));
    const transcript = new Transcript();
    transcript.heard = () => {
      throw new Error("a bug");
    };
    const check = sendExpectCheck({ expect: expecting("220 ") });
    const tried = await runCheck(check, server, new AbortController().signal, transcript);
    assert.equal(failure(tried), "local: a bug");
    await until("the connection is gone", () => server.connections.size === 0);
  });

  it("passes where the answer came while this process stood still", async (context) => {
    const accepted: Socket[] = [];
    const server = await serve(context, (socket) => accepted.push(socket));
    const check = sendExpectCheck({ expect: expecting("220 ") });
    const trying = tryOnce({ ...check, timeout: ms(1000) }, server);
    await until("it is connected", () => accepted.length === 1);
    accepted[0]?.write("220 ready");
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1200);
    assert.equal(failure(await trying), "passed");
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

  it("does not listen to a server that talks for ever", async (context) => {
    const server = await serve(context, (socket) => talk(socket, "x".repeat(16_384)));
    const check = sendExpectCheck({ expect: { kind: "regex", pattern: "never" } });
    const tried = await tryOnce(check, server);
    assert.match(failure(tried), /^too-long: 8192 bytes/);
    assert.ok(tried.took < 2_000);
    await until("the connection is gone", () => server.connections.size === 0);
  });
});

describe("a send_expect check over TLS", () => {
  const greeting = (context: TestContext) => serveTls(context, (socket) => socket.end("220 safe"));
  const check = sendExpectCheck({ expect: expecting("220 "), tls: lenient });

  it("passes the expected answer", async (context) => {
    assert.equal(failure(await tryOnce(check, await greeting(context))), "passed");
  });

  it("refuses a certificate that nobody vouches for when it is to verify", async (context) => {
    const strict = { ...check, tls: { ...lenient, verify: true, sni: "real.example" } };
    assert.match(failure(await tryOnce(strict, await greeting(context))), /^tls: .*self-signed/);
  });

  it("fails a server that speaks no TLS", async (context) => {
    const plain = await serve(context, (socket) => socket.end("220 plain\r\n"));
    assert.match(failure(await tryOnce(check, plain)), /^tls: /);
  });

  it("fails a server that never shakes hands, at the deadline", async (context) => {
    const mute = await serve(context, () => {});
    const tried = await tryOnce({ ...check, ...short }, mute);
    assert.equal(failure(tried), "timeout: no TLS handshake within 200ms");
    await until("the connection is gone", () => mute.connections.size === 0);
  });
});
