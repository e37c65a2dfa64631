/** A configuration that is saved on one of two routers (side.ts). */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { first, pair, rules, until } from "../../../../../daemon/config/cluster/side.ts";

describe("one configuration on two routers", { timeout: 240_000 }, () => {
  it("is stored and loaded by both, with its serial raised and the old one kept", async (t) => {
    const [a, b] = await pair(t);
    const report = await a.sync.save("# two\nserial: 1\n", rules);
    assert.ok(report.ok, JSON.stringify(report));
    assert.deepEqual([report.serial, report.peer], [2, "stored"]);
    await until("the peer has loaded it", () => b.loaded.length === 1);
    assert.deepEqual([a.text, b.text], ["# two\nserial: 2\n", "# two\nserial: 2\n"]);
    for (const side of [a, b]) assert.equal(side.store.back(1)?.text, first);
    const back = await b.sync.save("# three\nserial: 1\n", rules);
    assert.ok(back.ok && back.serial === 3 && a.text === b.text);
  });

  it("is refused by both where either cannot run it, with the problems of both", async (t) => {
    const [a, b] = await pair(t);
    a.badWord = "red";
    b.badWord = "blue";
    const one = await a.sync.save("# blue\nserial: 1\n", rules);
    assert.ok(!one.ok);
    assert.deepEqual(
      one.problems.map((each) => each.message),
      ["on the backup: backup cannot"],
    );
    const two = await a.sync.save("# red blue\nserial: 1\n", rules);
    assert.equal(two.ok ? 0 : two.problems.length, 2);
    assert.deepEqual([a.text, b.text, a.loaded, b.loaded], [first, first, [], []]);
    assert.ok((await a.sync.save("# green\nserial: 1\n", rules)).ok, "and both may save again");
  });

  it("is reviewed on both, with what speaks against it, and stored on none", async (t) => {
    const [a, b] = await pair(t);
    const text = "# two\nserial: 1\n";
    const report = await a.sync.review(text);
    assert.ok(report.ok, JSON.stringify(report));
    const subjects = (of: typeof report) => of.changes.map(({ subject }) => subject);
    assert.deepEqual(subjects(report), ["primary"]);
    assert.deepEqual(
      report.objections.map(({ message }) => message),
      ["primary minds"],
    );
    assert.ok(report.peer.kind === "planned");
    assert.equal(report.peer.plan.changes[0]?.subject, "backup");
    assert.equal(report.peer.objections[0]?.message, "backup minds");
    b.badWord = "two";
    const refused = await a.sync.review(text);
    assert.ok(refused.ok && refused.peer.kind === "refused");
    assert.equal(refused.peer.problems[0]?.message, "backup cannot");
    const lacks = async () => (await a.sync.lackedByPeer(text))[0]?.message;
    assert.equal(await lacks(), "on the backup: backup cannot", "as is asked before a reload");
    a.peerAlive = false;
    const away = await a.sync.review(text);
    assert.ok(away.ok && away.peer.kind === "away");
    a.peerAlive = true;
    await b.sync.close();
    const silent = await a.sync.review(text);
    assert.ok(silent.ok && silent.peer.kind === "unknown");
    assert.equal(await lacks(), undefined, "who is silent has no say");
    assert.deepEqual([a.text, b.text, a.loaded, b.loaded], [first, first, [], []]);
  });
});

describe("one saving on two routers", { timeout: 240_000 }, () => {
  it("is judged by both, and force passes the guard on both", async (t) => {
    const [a, b] = await pair(t);
    assert.ok((await a.sync.save("# two\nserial: 1\n", rules)).ok);
    assert.ok([...a.judged, ...b.judged].every(({ force }) => !force));
    assert.ok(b.judged.length > 0);
    b.judged.length = 0;
    assert.ok((await a.sync.save("# three\nserial: 1\n", { force: true })).ok);
    assert.deepEqual(b.judged, [{ force: true }]);
  });
});
