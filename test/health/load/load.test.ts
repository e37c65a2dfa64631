import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Load, loaded, noLoad } from "../../../src/health/load/load.ts";

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
