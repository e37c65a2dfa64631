import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { describe, it } from "node:test";
import { runCheck } from "../../src/checks/check.ts";
import { Transcript } from "../../src/checks/transcript.ts";
import { ms } from "../../src/model/time.ts";
import { expecting, failure } from "./judged.ts";
import { nobody, sendExpectCheck, serve, talk, tcpCheck, tryOnce, until } from "./servers.ts";

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

  it("ends when it is aborted, before its deadline", async (context) => {
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

describe("a dialogue without TLS", () => {
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

  it("does not listen to a server that talks for ever", async (context) => {
    const server = await serve(context, (socket) => talk(socket, "x".repeat(16_384)));
    const check = sendExpectCheck({ expect: { kind: "regex", pattern: "never" } });
    const tried = await tryOnce(check, server);
    assert.match(failure(tried), /^too-long: 8192 bytes/);
    assert.ok(tried.took < 2_000);
    await until("the connection is gone", () => server.connections.size === 0);
  });
});
