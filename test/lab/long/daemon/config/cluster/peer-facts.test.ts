/** What the peer has, asked over the real channel. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { owned, pair, until } from "../../../../../daemon/config/cluster/side.ts";

test("each router asks the other what it has, with the time of the question", async (t) => {
  const [a, b] = await pair(t);
  const before = Date.now();
  const [ofB, ofA] = await Promise.all([a.sync.peerFacts(), b.sync.peerFacts()]);
  assert.ok(typeof ofB === "object" && typeof ofA === "object");
  assert.deepEqual(
    [ofB.has, ofA.has],
    [
      { ...owned, version: "backup" },
      { ...owned, version: "primary" },
    ],
  );
  assert.equal(await a.sync.peerFacts(), ofB, "whoever asks soon after gets the same");
  assert.ok((ofB.askedAt ?? 0) >= before && (ofB.askedAt ?? 0) <= Date.now());
});

test("why it is not known: what the peer says, a peer that is dead or away, nobody to ask", async (t) => {
  const [a, b] = await pair(t);
  b.badWord = "possessions";
  assert.match(String(await a.sync.peerFacts()), /backup cannot read/);
  a.peerAlive = false;
  assert.equal(await a.sync.peerFacts(), "the peer is dead");
  a.peerAlive = true;
  await b.sync.close();
  assert.match(String(await a.sync.peerFacts()), /ECONNREFUSED|refused/);
  a.running = { ...a.running, config: { ...a.running.config, clusterSync: false } };
  assert.match(String(await a.sync.peerFacts()), /cluster_sync: false/);
  await until("the listener of a is up all the same", () => a.sync.listening);
});
