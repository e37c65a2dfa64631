import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { first, pair, rules, until } from "../../../../../daemon/config/cluster/side.ts";

describe("the leader of a saving", { timeout: 240_000 }, () => {
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

describe("a saving that names what it replaces", { timeout: 240_000 }, () => {
  it("is stored in place of the configuration that it was made on, and of no other", async (t) => {
    const [a] = await pair(t);
    const made = a.running.config.hash;
    assert.ok((await a.sync.save("# two\nserial: 1\n", rules, made)).ok);
    const late = await a.sync.save("# three\nserial: 1\n", rules, made);
    assert.match(late.ok ? "" : (late.problems[0]?.message ?? ""), /serial 2 was loaded meanwhile/);
    assert.equal(a.text, "# two\nserial: 2\n");
  });
});
