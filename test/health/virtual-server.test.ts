import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { VirtualServer } from "../../src/config/config.ts";
import type { Amount, Quorum } from "../../src/config/lifecycle/quorum.ts";
import type { Health, RealServerHealth, VirtualServerHealth } from "../../src/health/health.ts";
import {
  nothingBefore,
  virtualServerEvent,
  virtualServerHealth,
  weightWithin,
  wholesAfter,
} from "../../src/health/virtual-server.ts";
import { realServer, virtualServer } from "../table/configs.ts";
import { address } from "../table/tables.ts";

const up: RealServerHealth = { state: "up", tableWeight: 1 };
const down: RealServerHealth = { state: "down", tableWeight: null };
const checking: RealServerHealth = { state: "checking", tableWeight: null };
const drained: RealServerHealth = { state: "drained", tableWeight: 0 };

const servers = (count: number, changes: Partial<VirtualServer> = {}): VirtualServer =>
  virtualServer("web", {
    realServers: Array.from({ length: count }, (_, at) => realServer(`rs${at}`)),
    ...changes,
  });
const health = (...each: readonly RealServerHealth[]): Health =>
  new Map(each.map((one, at) => [`web/rs${at}`, one]));
const count = (value: number): Amount => ({ value, unit: "number" });
const percent = (value: number): Amount => ({ value, unit: "percent" });
const quorum = (upAt: Amount, downAt: Amount): { quorum: Quorum } => ({
  quorum: { count: "servers", up: upAt, down: downAt },
});
const sorryServer = { address: address("10.0.0.99"), port: 80, forwarding: "nat" } as const;

const cases: readonly (readonly [string, Health, string])[] = [
  ["one real server with traffic is enough", health(up, down), "up"],
  ["none is not", health(down, down), "down"],
  ["one at weight 0 takes no connections", health({ ...up, tableWeight: 0 }, down), "down"],
  ["an offered but refused one does not either", health({ ...down, tableWeight: 1 }, down), "down"],
  ["nothing known is nothing up", new Map(), "down"],
];

describe("the state of a virtual server", () => {
  for (const [name, of, state] of cases)
    it(`by default: ${name}`, () => {
      assert.equal(virtualServerHealth(servers(2), of).state, state);
    });

  it("is disabled where it is inactive", () => {
    const inactive = servers(2, { active: false });
    assert.equal(virtualServerHealth(inactive, health(up, up)).state, "disabled");
  });

  it("is reported with the count of real servers", () => {
    const after = virtualServerHealth(servers(2), health(up, down));
    assert.deepEqual(virtualServerEvent(servers(2), "down", after), {
      event: "virtual_server",
      kind: "up",
      virtual_server: "web",
      cause: "1 of 2 real servers take connections",
    });
    assert.equal(virtualServerEvent(servers(2), "up", after), null);
    const disabled = virtualServerHealth(servers(2, { active: false }), new Map());
    assert.equal(virtualServerEvent(servers(2), "up", disabled), null);
  });
});

/** What a virtual server is after each of these counts of healthy real servers, of four. */
const walks: readonly (readonly [string, Quorum, readonly number[], string])[] = [
  ["comes up at `up` only", quorum(count(3), count(1)).quorum, [0, 1, 2, 3], "- - - +"],
  ["goes down at `down` only", quorum(count(3), count(1)).quorum, [4, 3, 2, 1], "+ + + -"],
  ["stays between the two", quorum(count(3), count(1)).quorum, [4, 2, 1, 2, 3, 2], "+ + - - + +"],
  ["rounds percent", quorum(percent(60), percent(30)).quorum, [2, 3, 2, 1, 2], "- + + - -"],
  ["is one at least", quorum(percent(1), count(0)).quorum, [0, 1], "- +"],
];

describe("a quorum", () => {
  for (const [name, of, counts, expected] of walks)
    it(name, () => {
      let before = nothingBefore;
      const signs = counts.map((healthy) => {
        const each = Array.from({ length: 4 }, (_, at) => (at < healthy ? up : down));
        const now = virtualServerHealth(servers(4, { quorum: of }), health(...each), before);
        before = now;
        return now.state === "up" ? "+" : "-";
      });
      assert.equal(signs.join(" "), expected);
    });

  it("counts neither inactive real servers nor those of weight 0", () => {
    const realServers = [
      realServer("rs0"),
      realServer("rs1", { active: false }),
      realServer("rs2", { weight: 0 }),
    ];
    const half = servers(0, { realServers, ...quorum(percent(100), count(0)) });
    assert.equal(virtualServerHealth(half, health(up)).state, "up");
  });

  it("counts configured weights, or those that checks give, and no rising or loaded ones", () => {
    const realServers = [
      realServer("rs0", { weight: 5 }),
      realServer("rs1", { weight: 2 }),
      realServer("rs2", { weight: 1 }),
      realServer("rs3", { weight: 9, active: false }),
    ];
    const of = (upAt: Amount, downAt: Amount) =>
      servers(0, { realServers, quorum: { count: "weights", up: upAt, down: downAt } });
    const six = of(count(6), count(2));
    const rising = { ...up, tableWeight: 0.5 };
    assert.equal(virtualServerHealth(six, health(rising, down, up)).state, "up");
    assert.equal(virtualServerHealth(six, health(down, up, up)).state, "down");
    const was = { quorate: true, localPort: null };
    assert.equal(virtualServerHealth(six, health(down, up, up), was).state, "up", "3 is above 2");
    const lost = virtualServerHealth(six, health(down, up, down), was);
    assert.equal(lost.state, "down");
    assert.equal(
      lost.cause,
      "1 of 4 real servers take connections, with a weight of 2; 6 brings it up, 2 takes it down",
    );
    assert.equal(
      virtualServerHealth(six, health(down, { ...up, checkedWeight: 6 }, down)).state,
      "up",
    );
    // Of 8 in all: half is 4.
    const half = of(percent(50), count(0));
    assert.equal(virtualServerHealth(half, health(down, up, up)).state, "down");
    assert.equal(virtualServerHealth(half, health(up, down, down)).state, "up");
  });

  it("changes at most as often as the count crosses both bounds (any walk)", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 1, max: 10 }),
        fc.array(fc.integer({ min: 0, max: 10 }), { maxLength: 40 }),
        (one, other, walk) => {
          const upAt = Math.max(one, other);
          const downAt = Math.min(one, other) - 1;
          const of = servers(10, quorum(count(upAt), count(downAt)));
          let before: Pick<VirtualServerHealth, "quorate" | "localPort"> = nothingBefore;
          for (const healthy of walk) {
            const each = Array.from({ length: 10 }, (_, at) => (at < healthy ? up : down));
            const now = virtualServerHealth(of, health(...each), before);
            if (healthy >= upAt) assert.equal(now.quorate, true);
            else if (healthy <= downAt) assert.equal(now.quorate, false);
            else assert.equal(now.quorate, before.quorate ?? false);
            before = now;
          }
        },
      ),
    );
  });
});

describe("a sorry server", () => {
  const withSorry = servers(3, { sorryServer, ...quorum(count(2), count(1)) });

  it("serves while the quorum is lost", () => {
    assert.equal(virtualServerHealth(withSorry, health(up, down, down)).state, "sorry");
    assert.equal(virtualServerHealth(withSorry, health(up, up, down)).state, "up");
  });

  it("leaves healthy real servers in the table at weight 0, and no other", () => {
    const whole = virtualServerHealth(withSorry, health(up, down, down));
    assert.equal(weightWithin(whole, 1, up), 0);
    assert.equal(weightWithin(whole, 1, down), null);
  });

  it("of the router itself serves once its page is there", () => {
    const local = servers(2, { sorryServer: "local" });
    const lost = health(down, down);
    assert.equal(virtualServerHealth(local, lost).state, "down");
    const before = { quorate: null, localPort: 40_000 };
    assert.equal(virtualServerHealth(local, lost, before).state, "sorry");
  });
});

describe("panic", () => {
  const of = servers(4, { panicThreshold: 50, sorryServer });

  it("begins under the threshold, also with none healthy, and wins over the sorry server", () => {
    assert.equal(virtualServerHealth(of, health(up, up, down, down)).state, "up");
    assert.equal(virtualServerHealth(of, health(up, down, down, down)).state, "panic");
    assert.equal(virtualServerHealth(of, health(down, down, down, down)).state, "panic");
  });

  it("is no cold start: those that are checked for the first time may be healthy", () => {
    const cold = health(checking, checking, checking, checking);
    assert.equal(virtualServerHealth(of, cold).state, "sorry");
    assert.equal(virtualServerHealth(of, health(down, down, checking, checking)).state, "sorry");
  });

  it("uses every real server that was checked, whatever was found", () => {
    const whole = virtualServerHealth(of, health(up, down, down, down));
    assert.equal(weightWithin(whole, 3, down), 3);
    assert.equal(weightWithin(whole, 3, { ...down, tableWeight: 0 }), 3);
    assert.equal(weightWithin(whole, 3, up), 1);
    assert.equal(weightWithin(whole, 3, checking), null);
    assert.equal(weightWithin(whole, 3, drained), 0);
    assert.equal(weightWithin(whole, 3, { state: "disabled", tableWeight: null }), null);
  });

  it("never takes a weight away that health alone would give (any health)", () => {
    const states = fc.constantFrom("checking", "up", "down", "reentry", "drained", "disabled");
    const one = fc.record({
      state: states,
      tableWeight: fc.option(fc.integer({ min: 0, max: 9 })),
    }) as fc.Arbitrary<RealServerHealth>;
    fc.assert(
      fc.property(fc.array(one, { minLength: 4, maxLength: 4 }), (each) => {
        const whole = virtualServerHealth({ ...of, sorryServer: null }, health(...each));
        for (const known of each)
          assert.ok((weightWithin(whole, 1, known) ?? 0) >= (known.tableWeight ?? 0));
      }),
    );
  });
});

describe("a plan for another configuration", () => {
  it("goes on from the quorum that is there", () => {
    const next = servers(4, quorum(count(3), count(1)));
    const two = health(up, up, down, down);
    const before: Health = {
      get: () => undefined,
      whole: () => ({ state: "up", cause: "", quorate: true, localPort: null }),
    };
    const after = wholesAfter({ virtualServers: [next] }, two, before);
    assert.equal(after.whole?.("web")?.state, "up");
    const fresh = wholesAfter({ virtualServers: [next] }, two, { get: () => undefined });
    assert.equal(fresh.whole?.("web")?.state, "down");
  });
});
