import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { describe, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { followersMax } from "../../src/control/followers.ts";
import { sampleEvents } from "./sample.ts";
import { alive, converse, get, serve, statusOf, until } from "./serving.ts";

describe("followers", { timeout: 20_000 }, () => {
  test("takes a bounded number of followers and refuses the next one", async (t) => {
    const serving = await serve(t);
    const sockets: Socket[] = [];
    t.after(() => {
      for (const socket of sockets) socket.destroy();
    });
    for (let count = 0; count < followersMax; count += 1) {
      const socket = connect(serving.path);
      socket.write(get("/v1/events"));
      sockets.push(socket);
    }
    await until(() => serving.daemon.followers === followersMax);
    assert.equal(statusOf(await converse(serving.path, get("/v1/events"))), 503);
    assert.deepEqual(serving.daemon.refused, ["too-many-followers"]);
    sockets.pop()?.destroy();
    await until(() => serving.daemon.followers === followersMax - 1);
    await alive(serving);
  });

  test("drops a follower that does not read", async (t) => {
    const { path, daemon } = await serve(t);
    const socket = connect(path);
    t.after(() => socket.destroy());
    socket.pause();
    socket.write(get("/v1/events"));
    await until(() => daemon.followers === 1);
    const event = sampleEvents[0] ?? assert.fail();
    const long = { ...event, message: "x".repeat(64 * 1024) };
    for (let count = 0; count < 1000 && daemon.followers === 1; count += 1) {
      daemon.happen(long);
      await turn();
    }
    assert.deepEqual(daemon.refused, ["slow-follower"]);
    assert.equal(daemon.followers, 0);
  });
});
