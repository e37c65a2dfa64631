import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { a, both, type End, faults, other, pair, second, type Two, x } from "./two-routers.ts";

const replays = ({ heartbeat }: End): number => heartbeat.counters().refused.replayed ?? 0;

describe("two routers whose files differ hear each other", () => {
  const changes: readonly { name: string; load: (two: Two) => Promise<void>; says: RegExp }[] = [
    {
      name: "when the peer's address is mistyped in one",
      load: ({ one }) => one.load({ backup: other }, "primary"),
      says: /path public: the peer is at 192\.0\.2\.2:539, which is 192\.0\.2\.3:539 in this file/,
    },
    {
      name: "when one gets another address of its own",
      load: ({ one }) => one.load({ primary: other }, "primary"),
      says: /path public: the peer still speaks to 192\.0\.2\.1:539, which is now 192\.0\.2\.3:539/,
    },
    {
      name: "when one gets another port",
      load: ({ one }) => one.load({ port: 540 }, "primary"),
      says: /path public: the peer still speaks to 192\.0\.2\.1:539, which is now 192\.0\.2\.1:540/,
    },
    {
      name: "when public and private are swapped in one",
      load: ({ one }) => one.load({ primary: x, primaryPrivate: a }, "primary"),
      says: /^$/,
    },
    {
      name: "when one has another key",
      load: ({ one }) => one.load({}, "primary", [second]),
      says: /the peer still goes by the keys or the authentication before/,
    },
    {
      name: "when one has no authentication any more",
      load: ({ one }) => one.load({}, "primary", []),
      says: /the peer still goes by the keys or the authentication before/,
    },
  ];
  for (const { name, load, says } of changes)
    it(`${name}, by a reload, until it is the same on both again`, async () => {
      const two = await pair();
      const before = [replays(two.one), replays(two.two)];
      await load(two);
      assert.deepEqual(two.hear(), both);
      two.speak(30);
      assert.deepEqual(two.hear(), both, "for as long as the files differ");
      if (!says.source.includes("^$")) {
        assert.match(faults(two.one), says);
        assert.ok(two.one.events.includes("peer role-conflict"));
      }
      assert.deepEqual([replays(two.one), replays(two.two)], before, "no copy is called a replay");
      await two.one.load({}, "primary");
      assert.deepEqual(two.hear(), both);
      two.speak(30);
      assert.deepEqual(two.hear(), both);
      assert.deepEqual([faults(two.one), faults(two.two)], ["", ""]);
      assert.equal(two.wires.open.size, 4, "no former socket is left open");
    });

  it("when the peer's address is mistyped from the start", async () => {
    const two = await pair({ backup: other });
    assert.deepEqual(two.hear(), both);
    two.speak(2);
    assert.match(faults(two.one), /the peer is at 192\.0\.2\.2:539/);
    assert.equal(faults(two.two), "");
  });

  it("when only one has the private path", async () => {
    const two = await pair({ primaryPrivate: null });
    assert.deepEqual(two.hear(), { one: "0", two: "0" });
  });
});
