import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { loadBounds } from "../../../src/config/schema/load-monitor.ts";
import { text, web } from "../lifecycle/web.ts";
import { accepted, readText, refused } from "../texts.ts";

describe("a load monitor", () => {
  it("a load monitor is a word or a map", () => {
    for (const type of ["rup", "ruptime", "agent", "prometheus", "snmp", "command"]) {
      const { loadMonitor } = web(`load_monitor: ${type}`);
      assert.ok(loadMonitor !== "none");
      assert.deepEqual([loadMonitor.type, loadMonitor.interval], [type, 10_000]);
    }
    assert.equal(web("load_monitor: none").loadMonitor, "none");
    const agent = web("load_monitor: { type: agent, port: 9, send: 'a\\n' }").loadMonitor;
    assert.ok(agent !== "none");
    assert.deepEqual([agent.port, agent.send], [9, "a\\n"]);
    assert.deepEqual(loadBounds(agent), { minPercent: 1, maxPercent: 1000 });
  });
});

describe("a load monitor that is none", () => {
  const wrong: readonly (readonly [name: string, keys: string, message: RegExp])[] = [
    ["an unknown load monitor", "load_monitor: rupp", /unknown load monitor "rupp"/],
    [
      "a key of another load monitor",
      "load_monitor: { type: rup, oid: 1.2.3 }",
      /load_monitor.oid: a load monitor of type rup has none/,
    ],
    ["a wrong escape", "load_monitor: { type: agent, send: '\\q' }", /unknown escape/],
  ];

  for (const [name, keys, message] of wrong)
    it(`refused: ${name}`, () => {
      accepted(readText(text("")));
      const problems = refused(readText(text(keys)));
      assert.equal(problems.length, 1, JSON.stringify(problems));
      assert.match(problems[0]?.message ?? "", message);
      assert.ok(problems[0]?.line);
      assert.ok(problems[0]?.hint);
    });
});
