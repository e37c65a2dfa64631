/** A configuration that is saved on one of two routers (side.ts). */
import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { ConfigStore } from "../../../../../../src/daemon/config/config-store.ts";
import { MachineError } from "../../../../../../src/model/error.ts";
import { first, pair, rules, until } from "../../../../../daemon/config/cluster/side.ts";

describe("one configuration on two routers", { timeout: 30_000 }, () => {
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
    [a.badWord, b.badWord] = ["red", "blue"];
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

  it("is stored in place of the configuration that it was made on, and of no other", async (t) => {
    const [a] = await pair(t);
    const made = a.running.config.hash;
    assert.ok((await a.sync.save("# two\nserial: 1\n", rules, made)).ok);
    const late = await a.sync.save("# three\nserial: 1\n", rules, made);
    assert.match(late.ok ? "" : (late.problems[0]?.message ?? ""), /serial 2 was loaded meanwhile/);
    assert.equal(a.text, "# two\nserial: 2\n");
  });

  it("is not stored over a file that was edited and is not loaded", async (t) => {
    const [a, b] = await pair(t);
    writeFileSync(a.path, "# edited\n");
    for (const tried of [await a.sync.save(first, rules), await a.sync.sync(false)])
      assert.match(tried.ok ? "" : (tried.problems[0]?.message ?? ""), /was edited/);
    const other = await b.sync.save("# two\nserial: 1\n", rules);
    assert.match(other.ok ? "" : (other.problems[0]?.message ?? ""), /on the primary: .*edited/);
    assert.equal(a.text, "# edited\n");
  });

  it("keeps ten configurations, and no file of another kind", async (t) => {
    const [a] = await pair(t);
    for (let count = 0; count < 12; count += 1)
      assert.ok((await a.sync.save(`# ${count}\nserial: 1\n`, rules)).ok);
    const directory = a.path.replace("primary.yaml", "primary/config-history");
    assert.equal(readdirSync(directory).length, 10);
    assert.equal(a.store.back(10)?.serial, 3);
    assert.equal(a.store.back(11), null);
  });
});

describe("one saving on two routers", { timeout: 30_000 }, () => {
  it("is judged by both, and force passes the guard on both", async (t) => {
    const [a, b] = await pair(t);
    assert.ok((await a.sync.save("# two\nserial: 1\n", rules)).ok);
    assert.ok([...a.judged, ...b.judged].every(({ force }) => !force));
    assert.ok(b.judged.length > 0);
    b.judged.length = 0;
    assert.ok((await a.sync.save("# three\nserial: 1\n", { force: true })).ok);
    assert.deepEqual(b.judged, [{ force: true }]);
  });

  it("waits for no hostile text that is being judged, on either router", async (t) => {
    const [a, b] = await pair(t);
    let over = (): void => {};
    const end = new Promise<void>((resolve) => {
      over = resolve;
    });
    a.slowly = { word: "hostile", end: Promise.resolve() };
    b.slowly = { word: "hostile", end };
    const hostile = a.sync.save("# hostile\nserial: 1\n", rules);
    await until("the peer judges it as well", () => b.judged.length === 1);
    assert.ok((await b.sync.save("# two\nserial: 1\n", rules)).ok, "the peer saves meanwhile");
    await until("it is loaded here", () => a.running.config.serial === 2);
    a.slowly = { word: "hostile", end };
    over();
    const refused = await hostile;
    assert.match(JSON.stringify(refused), /primary was slow.*on the backup: backup was slow/);
    assert.equal(a.text, "# two\nserial: 2\n");
  });

  it("is refused at once where too many texts are being judged", async (t) => {
    const [a] = await pair(t);
    let over = (): void => {};
    const end = new Promise<void>((resolve) => {
      over = resolve;
    });
    a.slowly = { word: "hostile", end };
    a.peerAlive = false;
    const saves = Array.from({ length: 10 }, () => a.sync.save("# hostile\n", rules));
    const soon = await Promise.race(saves);
    assert.match(JSON.stringify(soon), /other texts are being judged already/);
    assert.equal(a.judged.length, 1, "one at a time");
    over();
    await Promise.all(saves);
    assert.equal(a.judged.length, 4);
    assert.ok((await a.sync.save("# two\nserial: 1\n", rules)).ok, "and there is room again");
  });

  it("is refused before anybody judges it where it is too large", async (t) => {
    const [a, b] = await pair(t);
    const most = `serial: 1\n#${"x".repeat(4 * 1024 * 1024 - 11)}`;
    const refused = await a.sync.save(`${most}x`, rules);
    assert.match(refused.ok ? "" : (refused.problems[0]?.message ?? ""), /larger than 4194304/);
    assert.deepEqual([a.judged, b.judged, a.text, b.text], [[], [], first, first]);
    const report = await a.sync.save(most, rules);
    assert.ok(report.ok, JSON.stringify(report).slice(0, 200));
    assert.equal(b.text, a.text, "and the largest one reaches the peer");
  });

  it("is refused by both where the included files differ", async (t) => {
    const [a, b] = await pair(t);
    b.included = "other: 1\n";
    const refused = await a.sync.save("# two\nserial: 1\n", rules);
    assert.match(refused.ok ? "" : (refused.problems[0]?.message ?? ""), /included files differ/);
    assert.deepEqual([a.text, b.text], [first, first]);
    b.included = "";
    assert.ok((await a.sync.save("# two\nserial: 1\n", rules)).ok);
  });

  const full = async (): Promise<never> => {
    throw new MachineError("c.yaml: cannot be written: ENOSPC: no space left on device");
  };

  it("is stored by none where the peer's disk is full", async (t) => {
    const [a, b] = await pair(t);
    b.store.replace = full;
    const refused = await a.sync.save("# two\nserial: 1\n", rules);
    assert.match(refused.ok ? "" : (refused.problems[0]?.message ?? ""), /on the backup: .*ENOSPC/);
    assert.deepEqual([a.text, b.text, a.loaded, b.loaded], [first, first, [], []]);
    assert.deepEqual([a.store.past(), b.store.past()], [[], []]);
    b.store.replace = ConfigStore.prototype.replace;
    assert.ok((await b.sync.save("# two\nserial: 1\n", rules)).ok, "and both may save again");
  });

  it("is stored by none where the own disk is full", async (t) => {
    const [a, b] = await pair(t);
    a.store.replace = full;
    const refused = await a.sync.save("# two\nserial: 1\n", rules);
    assert.match(refused.ok ? "" : (refused.problems[0]?.message ?? ""), /ENOSPC/);
    assert.deepEqual([a.text, b.text, a.loaded, b.loaded], [first, first, [], []]);
    a.store.replace = ConfigStore.prototype.replace;
    assert.ok((await a.sync.save("# two\nserial: 1\n", rules)).ok, "and both may save again");
  });

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

  it("is the same on both after both have saved at the same time", async (t) => {
    const [a, b] = await pair(t);
    for (let time = 0; time < 10; time += 1) {
      const both = await Promise.all([
        a.sync.save(`# a${time}\nserial: 1\n`, rules),
        b.sync.save(`# b${time}\nserial: 1\n`, rules),
      ]);
      const stored = both.filter((report) => report.ok).length;
      const same = (): boolean => a.running.config.hash === b.running.config.hash;
      await until(`${stored} were stored, and both have the same`, same);
      assert.equal(a.text, b.text);
    }
    assert.ok((await a.sync.save("# last\nserial: 1\n", rules)).ok, "and both may save again");
  });
});
