import assert from "node:assert/strict";
import { test } from "node:test";
import { PeerNews } from "../../../src/daemon/failover/peer-news.ts";
import type { Router } from "../../../src/failover/router.ts";
import type { Instant } from "../../../src/model/time.ts";

/** As much of a router as news of its peer are made of. */
const router = (peerAlive: boolean, state: string | null): Router =>
  ({ peerAlive, dialect: "lvsd", peer: { message: state && { state } } }) as unknown as Router;

test("the peer has been what it is since it was first seen so, and what was seen is said", () => {
  const news = new PeerNews(0 as Instant);
  const steps: readonly (readonly [Router, number, string])[] = [
    [router(false, null), 0, "it was not heard yet"],
    [router(true, "standby"), 2, "it is heard and says that it is standby"],
    [router(true, "standby"), 2, "it is heard and says that it is standby"],
    [router(true, "active"), 4, "it says that it is active, after standby"],
    [router(false, "active"), 5, "nothing is heard of it on any path"],
    [router(false, "standby"), 5, "nothing is heard of it on any path"],
    [router(true, "starting"), 7, "it is heard and says that it is starting"],
    [router(true, null), 8, "it does not say what it is"],
  ];
  for (const [at, [seen, since, cause]] of steps.entries()) {
    news.stepped(seen, (at + 1) as Instant);
    assert.deepEqual([news.since, news.cause], [since, cause], String(at));
  }
});
