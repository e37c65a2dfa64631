import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type AgentAnswer, readAgent } from "../../../src/health/load/agent.ts";
import { afterAgent, noLoad } from "../../../src/health/load/load.ts";
import { bounds } from "./bounds.ts";

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
