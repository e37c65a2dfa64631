/** Clients that ask and do not read, or do not ask: what they cost, and who is kept out by them. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { controlClient } from "../../src/control/client.ts";
import { type ControlLimits, controlLimits, startControlServer } from "../../src/control/server.ts";
import { eventsMax, type LvsdEvent } from "../../src/model/event.ts";
import { eventually as until } from "../eventually.ts";
import { sampleEvents, samplePlan } from "./sample.ts";
import { ScriptedDaemon } from "./scripted-daemon.ts";

interface Serving {
  readonly daemon: ScriptedDaemon;
  readonly path: string;
}

/** A full history of long events: 10 MB for whoever takes it. */
const longEvents: LvsdEvent[] = Array.from({ length: eventsMax }, () => ({
  ...(sampleEvents[0] as LvsdEvent),
  message: "m".repeat(10_000),
}));

async function serve(
  t: TestContext,
  limits: Partial<ControlLimits> = {},
  userOf?: (socket: Socket) => number | null,
): Promise<Serving> {
  const path = join(mkdtempSync(join(tmpdir(), "lvsd-flood-")), "lvsd.sock");
  const daemon = new ScriptedDaemon();
  const options = { socketPath: path, controlled: daemon, warn: () => {}, limits };
  const server = await startControlServer({ ...options, ...(userOf && { userOf }) });
  t.after(async () => {
    await server.close();
    rmSync(dirname(path), { recursive: true });
  });
  return { daemon, path };
}

/** A client that says this and reads nothing. */
function deaf(t: TestContext, path: string, bytes: string): Socket {
  const socket = connect(path);
  socket.on("error", () => {});
  socket.pause();
  socket.write(bytes);
  t.after(() => socket.destroy());
  return socket;
}

const ask = (target: string) => `GET ${target} HTTP/1.1\r\nhost: a\r\n\r\n`;

/** Resolves when the other side has ended it. */
const ended = async (socket: Socket): Promise<void> => {
  socket.resume();
  if (!socket.closed) await once(socket, "close");
};

const heapMegabytes = (): number => {
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1e6;
};

describe("requests of one connection", { timeout: 240_000 }, () => {
  test("are answered in their order, one at a time", async (t) => {
    const { path, daemon } = await serve(t);
    let underWay = 0;
    let most = 0;
    daemon.planned = async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await sleep(5);
      underWay -= 1;
      return samplePlan;
    };
    const plan = "POST /v1/plan HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{}";
    const socket = connect(path);
    t.after(() => socket.destroy());
    let heard = "";
    socket.setEncoding("utf8").on("data", (text) => {
      heard += text;
    });
    socket.write(plan.repeat(3) + ask("/v1/nothing") + plan);
    const statuses = () => [...heard.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => status);
    await until("all are answered", () => statuses().length === 5);
    assert.deepEqual(statuses(), ["200", "200", "200", "404", "200"]);
    assert.equal(most, 1);
  });

  test("300 for events, of which none is read, cost nothing", async (t) => {
    const { path, daemon } = await serve(t);
    daemon.known = longEvents;
    let asked = 0;
    daemon.events = () => {
      asked += 1;
      return longEvents;
    };
    const before = heapMegabytes();
    const worked = process.cpuUsage();
    const sockets = Array.from({ length: 10 }, () =>
      deaf(t, path, ask("/v1/events?follow=false").repeat(300)),
    );
    await until("they are turned away", () => daemon.refused.length === sockets.length);
    assert.deepEqual([...new Set(daemon.refused)], ["pipelined"]);
    assert.ok(asked <= sockets.length, `${asked} histories`);
    assert.ok(heapMegabytes() - before < 30, `${heapMegabytes() - before} MB`);
    assert.equal((await controlClient(path).status()).state, "active");
    // Of the processor, which other programs on the machine do not change.
    const { user, system } = process.cpuUsage(worked);
    assert.ok(user + system < 2_000_000, `${user + system} us`);
  });
});

describe("answers that nobody reads", { timeout: 240_000 }, () => {
  test("are not made: a history becomes text as it is taken", async (t) => {
    const { path, daemon } = await serve(t);
    daemon.known = longEvents;
    const before = heapMegabytes();
    let asked = 0;
    daemon.events = () => {
      asked += 1;
      return longEvents;
    };
    for (let count = 0; count < 60; count += 1) deaf(t, path, ask("/v1/events?follow=false"));
    await until("all are answered", () => asked === 60);
    // As texts they would be 600 MB.
    assert.ok(heapMegabytes() - before < 60, `${heapMegabytes() - before} MB`);
    const history = await controlClient(path).history();
    assert.equal(history.length, eventsMax, "and who reads gets all of it");
  });

  test("have a bound all together, beyond which others are refused until they are taken", async (t) => {
    const { path, daemon } = await serve(t, { bytesMax: 4_000_000 });
    const large = { ...daemon.current, cause: "c".repeat(1_500_000) };
    daemon.current = large;
    const first = deaf(t, path, ask("/v1/status"));
    deaf(t, path, ask("/v1/status"));
    await until("the second is refused", () => daemon.refused.includes("too-much-waiting"));
    first.resume();
    const answers = () =>
      controlClient(path)
        .status()
        .then(() => true)
        .catch(() => false);
    // The limit of the suite is the bound.
    while (!(await answers())) await sleep(10);
  });

  test("end their connection after ten seconds without progress", async (t) => {
    assert.equal(controlLimits.stallMs, 10_000);
    const { path, daemon } = await serve(t, { stallMs: 1000 });
    daemon.current = { ...daemon.current, cause: "c".repeat(8_000_000) };
    daemon.known = longEvents;
    const asked = ["/v1/status", "/v1/events?follow=false", "/v1/events"];
    const unread = asked.map((target) => deaf(t, path, ask(target)));
    await until("all are given up", () => daemon.refused.length === unread.length);
    assert.deepEqual([...new Set(daemon.refused)], ["slow-client"]);
    await until("nobody follows", () => daemon.followers === 0);
    for (const socket of unread) await ended(socket);
  });

  test("a follower to which nothing happens stays, and so does who waits for a long answer", async (t) => {
    const { path, daemon } = await serve(t, { stallMs: 1000 });
    const release = Promise.withResolvers<typeof samplePlan>();
    daemon.planned = () => release.promise;
    const stop = new AbortController();
    const heard: string[] = [];
    const following = (async () => {
      for await (const batch of controlClient(path).follow(stop.signal))
        heard.push(...batch.map(({ message }) => message));
    })();
    const plan = controlClient(path).plan();
    for (const longer of [1, 2]) {
      daemon.known = longEvents;
      deaf(t, path, ask("/v1/events?follow=false"));
      await until(`one is given up, ${longer}`, () => daemon.refused.length === longer);
    }
    release.resolve(samplePlan);
    assert.deepEqual(await plan, samplePlan);
    daemon.happen({ ...(sampleEvents[0] as LvsdEvent), message: "later" });
    await until("it hears what happens", () => heard.includes("later"));
    stop.abort();
    await following;
    assert.deepEqual(daemon.refused, ["slow-client", "slow-client"]);
  });
});

describe("places of root", { timeout: 240_000 }, () => {
  /** The first connections are an operator's, the later ones root's. */
  const operatorsFirst = (count: number) => {
    let connections = 0;
    return (): number => {
      connections += 1;
      return connections <= count ? 1000 : 0;
    };
  };

  test("are free with 64 connections of others that say nothing, or read nothing", async (t) => {
    for (const said of ["", ask("/v1/events"), ask("/v1/events?follow=false"), ask("/v1/status")]) {
      const serving = await serve(t, {}, operatorsFirst(100));
      const { path, daemon } = serving;
      const sockets = Array.from({ length: 100 }, () => deaf(t, path, said));
      await until("the others' places are taken", () =>
        daemon.refused.includes("too-many-connections"),
      );
      assert.equal((await controlClient(path).status()).state, "active");
      const heard = await controlClient(path).history();
      assert.equal(heard.length, sampleEvents.length);
      for (const socket of sockets) socket.destroy();
    }
  });

  test("are as many followers as the others have", async (t) => {
    const { path, daemon } = await serve(t, { followersMax: 2 }, operatorsFirst(3));
    for (let count = 0; count < 3; count += 1) {
      deaf(t, path, ask("/v1/events"));
      await until(
        "it follows, or is refused",
        () => count < daemon.followers + daemon.refused.length,
      );
    }
    await until("the third is refused", () => daemon.refused.includes("too-many-followers"));
    const stop = new AbortController();
    for await (const batch of controlClient(path).follow(stop.signal)) {
      assert.equal(batch.length, sampleEvents.length);
      stop.abort();
    }
  });
});
