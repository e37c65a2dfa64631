import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Check } from "../../src/config/config.ts";
import { ms, seconds } from "../../src/model/time.ts";
import { nobody, serveUdp, tryOnce } from "./servers.ts";

type UdpCheck = Extract<Check, { readonly type: "udp" }>;

const udp = (changes: Partial<UdpCheck> = {}): UdpCheck => ({
  type: "udp",
  interval: seconds(2),
  timeout: seconds(5),
  fall: 2,
  rise: 1,
  address: null,
  port: null,
  send: Buffer.from("ping"),
  expect: null,
  reply: false,
  ...changes,
});
const short = { timeout: ms(200) } as const;
const pong = { kind: "bytes", bytes: Buffer.from("pong") } as const;

describe("a udp check", () => {
  it("passes any answer where one is needed, and fails silence", async (context) => {
    const echo = await serveUdp(context, (socket, bytes, port) => socket.send(bytes, port));
    assert.equal((await tryOnce(udp({ reply: true }), echo)).kind, "passed");
    const silent = await serveUdp(context, () => {});
    const tried = await tryOnce(udp({ reply: true, ...short }), silent);
    assert.equal(tried.kind === "failed" && tried.why, "no answer within 200ms");
  });

  it("passes silence where none is needed, and fails a refusal at once", async (context) => {
    const silent = await serveUdp(context, () => {});
    assert.equal((await tryOnce(udp(short), silent)).kind, "passed");
    const tried = await tryOnce(udp(), await nobody(context));
    assert.equal(tried.kind === "failed" && tried.why, "connection refused");
  });

  it("compares the beginning of the answer", async (context) => {
    const server = await serveUdp(context, (socket, _, port) => socket.send("pong!", port));
    const right = udp({ reply: true, expect: pong });
    assert.equal((await tryOnce(right, server)).kind, "passed");
    const wrong = udp({ reply: true, expect: { kind: "bytes", bytes: Buffer.from("gone") } });
    const tried = await tryOnce(wrong, server);
    assert.equal(tried.kind === "failed" && tried.why, 'the answer begins with "pong!"');
  });
});
