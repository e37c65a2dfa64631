import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { converseByDatagram } from "../../src/checks/datagram.ts";
import type { Neighbour } from "../../src/kernel/next-hop.ts";
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

describe("silence after a datagram", () => {
  /** A try to a silent server, whose neighbour is what is said at each look; and how many there were. */
  async function silent(context: TestContext, said: readonly (Neighbour | null)[]) {
    const server = await serveUdp(context, () => {});
    let looks = 0;
    const signal = AbortSignal.timeout(2000);
    const dialogue = {
      open: () => ({ kind: "say", bytes: Buffer.from("x"), answered: false }) as const,
      hear: () => ({ kind: "passed" }) as const,
      closed: () => ({ kind: "passed" }) as const,
    };
    const end = await converseByDatagram(server, dialogue, { signal, timeout: ms(800) }, () => {
      const known = said[Math.min(looks, said.length - 1)] ?? null;
      looks += 1;
      return known === null ? null : { address: "10.0.0.9" as IpAddress, known };
    });
    return { end: end.kind === "failed" ? `${end.reason}: ${end.why}` : end.kind, looks };
  }

  it("passes where the next machine on the way is there, or nothing is known of it", async (context) => {
    for (const known of ["fine", null] as const)
      assert.deepEqual(await silent(context, [known]), { end: "passed", looks: 1 });
  });

  it("fails where no machine answers for the address of the next one", async (context) => {
    const end = "unreachable: no machine answers for 10.0.0.9";
    assert.deepEqual(await silent(context, ["failed"]), { end, looks: 1 });
    const asked = await silent(context, ["asked"]);
    assert.equal(asked.end, end, "nor until shortly before the deadline");
    assert.ok(asked.looks > 2, `${asked.looks} looks`);
  });

  it("passes where the next machine answers in time", async (context) => {
    assert.deepEqual(await silent(context, ["asked", "fine"]), { end: "passed", looks: 2 });
  });
});
