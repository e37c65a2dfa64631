import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type AgentAnswer, readAgent } from "../../../src/health/load/agent.ts";
import { afterAgent, type Load, loaded, noLoad } from "../../../src/health/load/load.ts";
import { loadPerCore } from "../../../src/health/load/prometheus.ts";
import { nextFactor } from "../../../src/health/load/rule.ts";
import { readLoad } from "../../../src/health/load/written.ts";

const tenfold = { minPercent: 10, maxPercent: 1000 };
const bounds = { minPercent: 10, maxPercent: 100 };
const agent = (text: string) => {
  const answer = readAgent(text);
  assert.ok(!("trouble" in answer), JSON.stringify(answer));
  return answer;
};

describe("an agent's answer", () => {
  const answers: readonly (readonly [string, Partial<AgentAnswer>])[] = [
    ["75%\n", { percent: 75 }],
    ["up 50%\r\n", { percent: 50, isUp: true }],
    ["READY,100%", { percent: 100, administrative: "ready" }],
    ["drain", { administrative: "drain" }],
    ["maint\t#new disk\n", { administrative: "maint", why: "new disk" }],
    ["stopped", { isUp: false }],
    ["fail", { isUp: false }],
    ["failed # no #1", { isUp: false, why: "no #1" }],
    ["down 3%\nup 100%\n", { percent: 3, isUp: false }],
    [
      "ready up maxconn:30 20%",
      { percent: 20, connectionsMax: 30, administrative: "ready", isUp: true },
    ],
  ];
  const silent = {
    percent: null,
    connectionsMax: null,
    administrative: null,
    isUp: null,
    why: null,
  };
  for (const [text, said] of answers)
    it(JSON.stringify(text), () => assert.deepEqual(agent(text), { ...silent, ...said }));

  it("is refused where nothing can be understood, and never throws", () => {
    assert.ok("trouble" in readAgent(""));
    assert.ok("trouble" in readAgent("# only a reason"));
    assert.deepEqual(readAgent("hello"), { trouble: 'the agent said "hello"' });
    fc.assert(fc.property(fc.string(), (text) => void readAgent(text)));
  });

  it("leaves as it was what it does not speak of", () => {
    const drained = afterAgent(noLoad, agent("drain #night"), bounds);
    assert.deepEqual(drained, { ...noLoad, administrative: "drain", why: "night" });
    const half = afterAgent(drained, agent("50% maxconn:5"), bounds);
    assert.deepEqual(half, { ...drained, factor: 0.5, connectionsMax: 5 });
    // Up does not end a drain, and ready does not end a failure.
    assert.equal(afterAgent(half, agent("up"), bounds).administrative, "drain");
    const failed = afterAgent(half, agent("down"), bounds);
    assert.equal(afterAgent(failed, agent("ready"), bounds).isUp, false);
    const well = afterAgent(failed, agent("ready up"), bounds);
    assert.deepEqual(well, { ...noLoad, factor: 0.5, connectionsMax: 5 });
  });

  it("is bounded, but for 0%", () => {
    const factor = (text: string) => afterAgent(noLoad, agent(text), bounds).factor;
    assert.deepEqual([factor("5%"), factor("250%"), factor("0%")], [0.1, 1, 0]);
  });
});

describe("a load as a program prints it", () => {
  const printed: readonly (readonly [string, number | null])[] = [
    ["0.15\n", 0.15],
    ["10.11.12.1    up  3 days,  load average: 0.25, 0.30, 0.28\n", 0.25],
    ["rs1   up  2+03:04,  2 users,  load 1.10, 1.05, 1.00", 1.1],
    [" 12:00:01 up 9 days,  1 user,  load average: 3.00, 2.00, 1.00", 3],
    ["", null],
    ["no load here", null],
    ["-1", null],
  ];
  for (const [text, load] of printed)
    it(JSON.stringify(text), () => {
      const read = readLoad(text);
      assert.equal(typeof read === "number" ? read : null, load);
    });
});

const metrics = `# HELP node_load1 1m load average.
# TYPE node_load1 gauge
node_load1 3
node_load15 9
node_cpu_seconds_total{cpu="0",mode="idle"} 1.5e+06
node_cpu_seconds_total{cpu="0",mode="user"} 12
node_cpu_seconds_total{cpu="1",mode="idle"} 1.5e+06
`;

describe("node_exporter's text", () => {
  it("tells the load of each core", () => assert.equal(loadPerCore(metrics), 1.5));
  it("is refused without the load or the processors", () => {
    assert.deepEqual(loadPerCore(""), { trouble: "the metrics have no node_load1" });
    const lone = loadPerCore("node_load1 1\n");
    assert.deepEqual(lone, { trouble: "the metrics have no node_cpu_seconds_total" });
  });
  for (const lineEnd of ["\n", "\r", "\u2028"])
    it(`takes no longer where it is hostile (lines end in ${JSON.stringify(lineEnd)})`, () => {
      const open = (text: string): string => `${text}{${lineEnd}`.repeat(100_000);
      const began = performance.now();
      assert.ok(typeof loadPerCore(open("node_load1")) !== "number");
      const cores = `node_load1 1\n${open("node_cpu_seconds_total")}`;
      assert.ok(typeof loadPerCore(cores) !== "number");
      // With patterns that go on beyond a line it takes minutes.
      assert.ok(performance.now() - began < 2000);
    });
});

const load = fc.double({ min: 0, max: 1000, noNaN: true });

describe("the rule from load to weight", () => {
  it("is the example of docs/load.md", () => {
    let factor = 1;
    const seen = [1.4, 1.4, 1.4, 1.4, 1.4, 0.3, 0.3].map((each) => {
      factor = nextFactor("lvsd", factor, each, bounds);
      return Math.round(factor * 100);
    });
    assert.deepEqual(seen, [75, 63, 56, 53, 50, 75, 88]);
  });

  it("stays within its bounds and moves half of the way at most (any loads)", () => {
    fc.assert(
      fc.property(fc.array(load, { maxLength: 50 }), (loads) => {
        let factor = 1;
        for (const each of loads) {
          const next = nextFactor("lvsd", factor, each, bounds);
          assert.ok(next >= 0.1 && next <= 1);
          factor = next;
        }
      }),
    );
  });

  it("comes to rest where the load does (any load)", () => {
    fc.assert(
      fc.property(load, (each) => {
        let factor = 1;
        for (let sample = 0; sample < 20; sample++)
          factor = nextFactor("lvsd", factor, each, bounds);
        assert.equal(nextFactor("lvsd", factor, each, bounds), factor);
      }),
    );
  });

  it("Piranha's never goes below the configured weight, nor beyond ten times it", () => {
    fc.assert(
      fc.property(fc.array(load, { maxLength: 50 }), (loads) => {
        let factor = 1;
        for (const each of loads) {
          factor = nextFactor("piranha", factor, each, tenfold);
          assert.ok(factor >= 1 && factor <= 10);
        }
      }),
    );
    assert.equal(nextFactor("piranha", 1, 0, tenfold), 1.5);
    assert.equal(nextFactor("piranha", 1.5, 1, tenfold), 1.5);
    assert.equal(nextFactor("piranha", 1.5, 9, tenfold), 1);
  });
});

describe("a real server with a load", () => {
  const up = { state: "up", tableWeight: 10 } as const;
  const whole = { quiesce: false, scale: 1 };
  const weight = (of: number, factor: number, scale = 1) =>
    loaded({ state: "up", tableWeight: of }, { ...noLoad, factor }, { quiesce: false, scale })
      .tableWeight;

  it("has its share of the weight, at least one step of it", () => {
    assert.equal(weight(10, 0.5), 5);
    assert.equal(weight(10, 0.01), 1);
    assert.equal(weight(1, 0.5), 1);
    assert.equal(weight(1, 0.5, 100), 0.5);
    assert.equal(weight(1, 0.001, 100), 0.01);
  });

  it("keeps weight 0 whatever its load, and has it by 0% alone", () => {
    assert.equal(weight(0, 4), 0);
    assert.equal(weight(10, 0), 0);
  });

  it("follows its agent, and its checks first", () => {
    const said = (one: Partial<Load>, quiesce = false) =>
      loaded(up, { ...noLoad, ...one }, { quiesce, scale: 1 });
    const drain = { administrative: "drain" } as const;
    const maint = { administrative: "maint" } as const;
    assert.deepEqual(said(drain), { state: "draining", tableWeight: 0 });
    assert.deepEqual(said(maint), { state: "disabled", tableWeight: null });
    assert.deepEqual(said({ isUp: false }), { state: "down", tableWeight: null });
    assert.deepEqual(said({ isUp: false }, true), { state: "down", tableWeight: 0 });
    assert.deepEqual(said({ ...drain, isUp: false }).state, "down");
    const down = { state: "down", tableWeight: null } as const;
    assert.equal(loaded(down, { ...noLoad, factor: 0.5 }, whole), down);
  });
});
