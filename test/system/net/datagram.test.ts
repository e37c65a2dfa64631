import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { type TestContext, test } from "node:test";
import { type IpAddress, parseAddress } from "../../../src/model/address.ts";
import { type HeartbeatPath, openHeartbeatPath } from "../../../src/system/net/datagram.ts";
import { now } from "../../../src/system/process/clock.ts";
import { eventually } from "../scripts.ts";

const address = (text: string): IpAddress => parseAddress(text) ?? assert.fail(text);
/** One port a process, so that test runs side by side do not hear each other. */
const port = 20_000 + (process.pid % 20_000);

interface Heard {
  readonly path: HeartbeatPath;
  readonly texts: string[];
  readonly foreign: string[];
}

function open(t: TestContext, own: string, peer: string, at = port): Heard {
  const texts: string[] = [];
  const foreign: string[] = [];
  const path = openHeartbeatPath({
    own: address(own),
    peer: address(peer),
    port: at,
    onDatagram: (bytes, from, when) => {
      assert.equal(from, peer);
      assert.ok(Math.abs(now() - when) < 1000);
      texts.push(Buffer.from(bytes).toString());
    },
    onForeign: (from, bytes) => foreign.push(`${from}: ${bytes} bytes`),
  });
  t.after(() => path.close());
  return { path, texts, foreign };
}

/** What became of a datagram: null when the kernel took it. */
const sent = (path: HeartbeatPath, bytes: Uint8Array): Promise<string | null> =>
  new Promise((resolve) => path.send(bytes, resolve));

test("two paths hear each other, from the heartbeat's port to the heartbeat's port", async (t) => {
  const one = open(t, "127.0.0.1", "127.0.0.2");
  const two = open(t, "127.0.0.2", "127.0.0.1");
  assert.equal(one.path.open, false);
  assert.equal(await one.path.bind(), null);
  assert.equal(await two.path.bind(), null);
  assert.equal(await one.path.bind(), null, "binding what is bound is nothing");
  assert.equal(one.path.open, true);
  assert.equal(await sent(one.path, Buffer.from("beat 1")), null);
  assert.equal(await sent(two.path, Buffer.from("beat 2")), null);
  await eventually("both heard", () => one.texts.length + two.texts.length === 2);
  assert.deepEqual([two.texts, one.texts], [["beat 1"], ["beat 2"]]);
  assert.equal(one.path.foreign, 0);
});

test("a path hears over IPv6 too", async (t) => {
  const self = open(t, "::1", "::1");
  assert.equal(await self.path.bind(), null);
  assert.equal(await sent(self.path, Buffer.from("six")), null);
  await eventually("it heard", () => self.texts.length === 1);
});

test("datagrams of others are counted and reported once; those of the peer pass, whatever their port", async (t) => {
  const one = open(t, "127.0.0.1", "127.0.0.2");
  const peer = open(t, "127.0.0.2", "127.0.0.1");
  await one.path.bind();
  await peer.path.bind();
  for (const from of ["127.0.0.3", "127.0.0.2"]) {
    const stranger = createSocket("udp4");
    await new Promise<void>((resolve) => stranger.bind(0, from, resolve));
    for (let count = 0; count < 3; count += 1) stranger.send("forged", port, "127.0.0.1");
    t.after(() => stranger.close());
  }
  await eventually("all are counted", () => one.path.foreign === 3);
  await eventually("those of the peer's address pass", () => one.texts.length === 3);
  assert.equal(one.foreign.length, 1);
  assert.match(one.foreign[0] ?? "", /^127\.0\.0\.3 port \d+: 6 bytes$/);
  await sent(peer.path, Buffer.from("true"));
  await eventually("the peer is heard", () => one.texts.includes("true"));
});

test("an address that is not here yet, or a port that is taken, is a reason and not the end", async (t) => {
  const away = open(t, "192.0.2.1", "127.0.0.2");
  assert.match(
    (await away.path.bind()) ?? "",
    /^192\.0\.2\.1:\d+: cannot be bound: .*EADDRNOTAVAIL/,
  );
  assert.equal(away.path.open, false);
  assert.match((await sent(away.path, Buffer.from("x"))) ?? "", /not open: .*EADDRNOTAVAIL/);
  const first = open(t, "127.0.0.1", "127.0.0.2");
  const second = open(t, "127.0.0.1", "127.0.0.2");
  assert.equal(await first.path.bind(), null);
  assert.match((await second.path.bind()) ?? "", /EADDRINUSE/);
  await first.path.close();
  assert.equal(await second.path.bind(), null, "it is bound once the port is free");
  assert.match((await sent(first.path, Buffer.from("x"))) ?? "", /not open: it was closed/);
});

test("what cannot be sent is a reason, and the next datagram goes out all the same", async (t) => {
  const one = open(t, "127.0.0.1", "192.0.2.1");
  await one.path.bind();
  // A datagram from loopback to elsewhere has no way out: the kernel refuses it.
  assert.match(
    (await sent(one.path, Buffer.from("x"))) ?? "",
    /^192\.0\.2\.1:\d+: cannot be reached: /,
  );
  const self = open(t, "127.0.0.4", "127.0.0.4");
  await self.path.bind();
  assert.match((await sent(self.path, Buffer.alloc(70_000))) ?? "", /EMSGSIZE/);
  assert.equal(await sent(self.path, Buffer.from("after")), null);
  await eventually("the next one is heard", () => self.texts.length === 1);
});

test("a flood keeps no timer waiting and no memory", async (t) => {
  const one = open(t, "127.0.0.1", "127.0.0.2");
  await one.path.bind();
  const flood = createSocket("udp4");
  await new Promise<void>((resolve) => flood.bind(0, "127.0.0.3", resolve));
  t.after(() => flood.close());
  let beats = 0;
  const timer = setInterval(() => {
    beats += 1;
  }, 10);
  t.after(() => clearInterval(timer));
  const bytes = Buffer.alloc(200);
  await eventually("5,000 datagrams are counted while the timer goes on", () => {
    for (let count = 0; count < 200; count += 1) flood.send(bytes, port, "127.0.0.1");
    return one.path.foreign > 5000 && beats > 10;
  });
  assert.equal(one.foreign.length, 1);
});
