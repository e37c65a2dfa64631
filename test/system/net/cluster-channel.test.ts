/** The configuration channel on loopback: the peer, and everybody else. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect as connectTcp, createServer, type Socket } from "node:net";
import { describe, it, type TestContext } from "node:test";
import type { IpAddress } from "../../../src/model/address.ts";
import {
  type ChannelLimits,
  connectChannel,
  openChannelListener,
} from "../../../src/system/net/cluster-channel.ts";

const [own, peer, stranger] = ["127.0.0.2", "127.0.0.3", "127.0.0.4"] as IpAddress[] as [
  IpAddress,
  IpAddress,
  IpAddress,
];

async function freePort(port = 0): Promise<number> {
  const server = createServer();
  server.listen(port, own);
  await once(server, "listening");
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  assert.ok(typeof address === "object" && address !== null);
  return address.port;
}

/** A listener that answers with what it heard, twice. */
async function listen(
  t: TestContext,
  keys: Uint8Array[],
  limits: Partial<ChannelLimits> = {},
  wanted = 0,
) {
  const port = await freePort(wanted);
  const refused: string[] = [];
  const told = { closed: 0, refusedOne: () => {} };
  const listener = openChannelListener({
    own,
    peer,
    port,
    keys,
    limits,
    converse: () => ({
      hear: async (frame) => Buffer.concat([frame, frame]),
      closed: () => {
        told.closed += 1;
      },
    }),
    refused: (reason) => {
      refused.push(reason);
      told.refusedOne();
    },
  });
  assert.equal(await listener.listen(), null);
  t.after(() => listener.close());
  const aRefusal = () =>
    new Promise<void>((resolve) => {
      if (refused.length > 0) resolve();
      told.refusedOne = resolve;
    });
  const back = { own: peer, peer: own, port };
  return { listener, port, refused, told, aRefusal, back };
}

const key = (): Uint8Array => Uint8Array.from(randomBytes(32));
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

describe("the configuration channel", { timeout: 20_000 }, () => {
  it("carries frames both ways, large ones too", async (t) => {
    const one = key();
    const { back, refused } = await listen(t, [one]);
    const line = await connectChannel(back, one);
    assert.equal(text(await line.say(Buffer.from("ab"))), "abab");
    const large = Buffer.alloc(3_000_000, "x");
    assert.equal((await line.say(large)).length, 6_000_000);
    line.close();
    assert.deepEqual(refused, []);
  });

  it("accepts every key of the key file", async (t) => {
    const old = key();
    const fresh = key();
    const { back } = await listen(t, [old, fresh]);
    for (const each of [old, fresh]) {
      const line = await connectChannel(back, each);
      assert.equal(text(await line.say(Buffer.from("x"))), "xx");
      line.close();
    }
  });

  it("refuses another key, and lives on", async (t) => {
    const one = key();
    const { back, refused, aRefusal } = await listen(t, [one]);
    await assert.rejects(connectChannel(back, key()), /MachineError|127\.0\.0\.2/);
    await aRefusal();
    assert.deepEqual(refused, ["bad-tls"]);
    (await connectChannel(back, one)).close();
  });

  it("is refused where the other end has another key", async (t) => {
    const { back } = await listen(t, []);
    await assert.rejects(connectChannel(back, key()));
  });

  it("answers nobody but the peer's address", async (t) => {
    const one = key();
    const { back, refused, aRefusal } = await listen(t, [one]);
    await assert.rejects(connectChannel({ ...back, own: stranger }, one));
    await aRefusal();
    assert.deepEqual(refused, ["foreign-address"]);
  });

  it("refuses bytes that are no TLS", async (t) => {
    const { port, refused, aRefusal } = await listen(t, [key()]);
    const socket = connectTcp({ host: own, port, localAddress: peer });
    socket.on("error", () => {});
    socket.write("GET / HTTP/1.1\r\n\r\n");
    await aRefusal();
    assert.deepEqual(refused, ["bad-tls"]);
  });

  it("drops a client that says nothing, before and after its key", async (t) => {
    const one = key();
    const { port, back, refused, aRefusal, told } = await listen(t, [one], { firstFrameMs: 100 });
    const line = await connectChannel(back, one);
    await aRefusal();
    assert.deepEqual(refused, ["too-slow"]);
    await assert.rejects(line.say(Buffer.from("late")));
    assert.equal(told.closed, 1);
    const socket = connectTcp({ host: own, port, localAddress: peer });
    await new Promise((resolve) => socket.once("close", resolve));
    assert.deepEqual(refused, ["too-slow", "bad-tls"]);
  });

  it("refuses a frame beyond the bound", async (t) => {
    const one = key();
    const { back, refused } = await listen(t, [one], { frameBytesMax: 100 });
    const line = await connectChannel(back, one);
    assert.equal((await line.say(Buffer.alloc(100))).length, 200);
    await assert.rejects(line.say(Buffer.alloc(101)));
    assert.deepEqual(refused, ["too-large"]);
  });

  it("keeps a bounded number of connections", async (t) => {
    const one = key();
    const { back, refused } = await listen(t, [one], { connectionsMax: 2 });
    const open = [await connectChannel(back, one), await connectChannel(back, one)];
    await assert.rejects(connectChannel(back, one));
    assert.deepEqual(refused, ["too-many-connections"]);
    for (const line of open) line.close();
  });

  it("says why it cannot listen, and may be asked again", async (t) => {
    const { port } = await listen(t, [key()]);
    const second = openChannelListener({
      own,
      peer,
      port,
      keys: [key()],
      converse: () => assert.fail("nobody is there"),
      refused: () => {},
    });
    assert.match((await second.listen()) ?? "", /127\.0\.0\.2.*EADDRINUSE/);
    await second.close();
  });
});

/** A free port that only root may bind; null where this process may not either. */
async function privilegedPort(): Promise<number | null> {
  for (let tries = 0; tries < 20; tries += 1) {
    const why = await freePort(400 + Math.floor(Math.random() * 200)).catch((thrown) => thrown);
    if (typeof why === "number") return why;
    if (why.code === "EACCES") return null;
  }
  return assert.fail("no port is free");
}

describe("the configuration channel on a privileged port", { timeout: 20_000 }, () => {
  it("answers a daemon while a user of the peer's machine holds five connections", async (t) => {
    const wanted = await privilegedPort();
    if (wanted === null) return t.skip("needs CAP_NET_BIND_SERVICE");
    const one = key();
    const { back, port, refused } = await listen(t, [one], {}, wanted);
    const held: Socket[] = [];
    t.after(() => {
      for (const socket of held) socket.destroy();
    });
    for (let count = 0; count < 5; count += 1) {
      const socket = connectTcp({ host: own, port, localAddress: peer });
      socket.on("error", () => {});
      held.push(socket);
      await once(socket, "close");
    }
    assert.deepEqual(refused, Array(5).fill("unprivileged-port"));
    for (let count = 0; count < 3; count += 1) {
      const line = await connectChannel(back, one);
      assert.equal(text(await line.say(Buffer.from("ab"))), "abab");
      line.close();
    }
  });

  it("speaks from ports that only a daemon may bind, each time from another one", async (t) => {
    const wanted = await privilegedPort();
    if (wanted === null) return t.skip("needs CAP_NET_BIND_SERVICE");
    const sources: (number | undefined)[] = [];
    const server = createServer((socket) => {
      sources.push(socket.remotePort);
      socket.destroy();
    }).listen(wanted, own);
    t.after(() => server.close());
    await once(server, "listening");
    for (let count = 0; count < 4; count += 1)
      await assert.rejects(connectChannel({ own: peer, peer: own, port: wanted }, key()));
    assert.equal(sources.length, 4);
    assert.ok(sources.every((port) => port !== undefined && port >= 600 && port < 1024));
  });

  it("says that nobody listens, whatever port it speaks from", async () => {
    const port = (await privilegedPort()) ?? (await freePort());
    await assert.rejects(
      connectChannel({ own: peer, peer: own, port }, key()),
      /127\.0\.0\.2:\d+: .*ECONNREFUSED/,
    );
  });
});
