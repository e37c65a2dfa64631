import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { accepted, readText } from "../texts.ts";
import { text } from "./web.ts";

describe("the scale of weights", () => {
  it("weights are finer than whole numbers where they are to be, and the scheduler shares by them", () => {
    const scale = (keys: string, real?: string) =>
      accepted(readText(text(keys, real))).virtualServers[0]?.weightScale;
    assert.equal(scale(""), 1);
    assert.equal(scale("slow_start: 30s"), 100);
    assert.equal(scale("slow_start: 30s\n    scheduler: lblc"), 1);
    assert.equal(scale("load_monitor: agent"), 100);
    const heavy = "rs1: { address: 10.0.0.1, weight: 3 }, rs2: { address: 10.0.0.2, weight: 6000 }";
    assert.equal(scale("slow_start: 30s", heavy), 10);
    const fine = "rs1: { address: 10.0.0.1, weight: 10 }";
    assert.equal(scale("load_monitor: rup", fine), 1);
    const given = "{ type: command, command: /bin/x, convention: keepalived }";
    assert.equal(scale(`slow_start: 30s\n    check: ${given}`), 1);
  });
});
