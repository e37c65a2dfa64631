import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { IpAddress } from "../../src/model/address.ts";
import { ms } from "../../src/model/time.ts";
import { nobody, sendExpectCheck, serveUdp, short, tryOnce } from "./servers.ts";

const expecting = (text: string) => ({ kind: "bytes", bytes: Buffer.from(text) }) as const;
const udp = { protocol: "udp", send: Buffer.from("ping") } as const;

describe("a send_expect check over UDP", () => {
  it("passes the expected answer", async (context) => {
    const server = await serveUdp(context, (socket, bytes, port) => socket.send(bytes, port));
    const tried = await tryOnce(sendExpectCheck({ ...udp, expect: expecting("ping") }), server);
    assert.equal(tried.kind, "passed");
  });

  it("fails another answer", async (context) => {
    const server = await serveUdp(context, (socket, _, port) => socket.send("no", port));
    const tried = await tryOnce(sendExpectCheck({ ...udp, expect: expecting("ping") }), server);
    assert.equal(tried.kind === "failed" && tried.reason, "unexpected");
  });

  it("fails silence at the deadline when an answer is expected", async (context) => {
    const server = await serveUdp(context, () => {});
    const check = sendExpectCheck({ ...udp, ...short, expect: expecting("ping") });
    const tried = await tryOnce(check, server);
    assert.equal(tried.kind === "failed" && tried.why, "no answer within 200ms");
  });

  it("fails a port that the kernel reports as unreachable, with and without expectation", async (context) => {
    const endpoint = await nobody(context);
    for (const expect of [expecting("ping"), null]) {
      const tried = await tryOnce(sendExpectCheck({ ...udp, expect }), endpoint);
      assert.equal(tried.kind === "failed" && tried.why, "connection refused");
    }
  });

  it("passes silence when nothing is expected", async (context) => {
    const server = await serveUdp(context, () => {});
    const tried = await tryOnce(sendExpectCheck({ ...udp, timeout: ms(100) }), server);
    assert.equal(tried.kind, "passed");
  });

  it("sends an empty datagram when it has nothing to say", async (context) => {
    const server = await serveUdp(context, (socket, bytes, port) =>
      socket.send(`${bytes.length} bytes`, port),
    );
    const check = sendExpectCheck({ protocol: "udp", expect: expecting("0 bytes") });
    assert.equal((await tryOnce(check, server)).kind, "passed");
  });

  it("fails an address without a way to it, and throws nothing", async () => {
    // connect(2) refuses both before anything is sent: broadcast, and a link without its device.
    for (const address of ["255.255.255.255", "fe80::1"] as IpAddress[]) {
      const tried = await tryOnce(sendExpectCheck({ ...udp, ...short }), { address, port: 53 });
      assert.equal(tried.kind === "failed" && tried.reason, "unreachable", address);
    }
  });
});
