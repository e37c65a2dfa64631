import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ConfigStore } from "../../../../../../src/daemon/config/config-store.ts";
import { first, pair, rules, until } from "../../../../../daemon/config/cluster/side.ts";

describe("a configuration that a peer lacks", { timeout: 240_000 }, () => {
  it("reaches a peer that was away, and leaves one alone that was edited by hand", async (t) => {
    const [a, b] = await pair(t);
    a.peerAlive = false;
    const away = await a.sync.save("# two\nserial: 1\n", rules);
    assert.ok(away.ok && away.peer === "away" && b.text === first);
    a.peerAlive = true;
    await until("the peer has caught up", () => b.running.config.hash === a.running.config.hash);
    assert.equal(b.text, "# two\nserial: 2\n");
    await until("it is told", () => a.events.some((event) => event.kind === "caught-up"));
    b.edit("# by hand\nserial: 2\n");
    const refused = await a.sync.save("# three\nserial: 2\n", rules);
    assert.match(refused.ok ? "" : (refused.problems[0]?.message ?? ""), /edited by hand/);
    assert.equal(b.text, "# by hand\nserial: 2\n");
    const pushed = await a.sync.sync(false);
    assert.ok(pushed.ok, JSON.stringify(pushed));
    await until("it is loaded there", () => b.running.config.hash === a.running.config.hash);
    assert.equal(b.store.back(1)?.text, "# by hand\nserial: 2\n", "the edit is in the history");
  });
});

describe("a saving whose peer goes away", { timeout: 240_000 }, () => {
  it("reaches a peer that went away between its word and the storing", async (t) => {
    const [a, b] = await pair(t);
    a.store.replace = async (...given) => {
      await ConfigStore.prototype.replace.apply(a.store, given);
      a.store.replace = ConfigStore.prototype.replace;
      void b.sync.close();
    };
    const report = await a.sync.save("# two\nserial: 1\n", rules);
    assert.ok(report.ok, JSON.stringify(report));
    assert.equal(report.peer, "unsure");
    assert.deepEqual([a.text, b.text], ["# two\nserial: 2\n", first]);
    await b.restart();
    await until("the peer has caught up", () => b.running.config.hash === a.running.config.hash);
    assert.equal(b.text, a.text);
  });
});
