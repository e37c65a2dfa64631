import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { loadPerCore } from "../../../src/health/load/prometheus.ts";

const metrics = `# HELP node_load1 1m load average.
# TYPE node_load1 gauge
node_load1 3
node_load15 9
node_cpu_seconds_total{cpu="0",mode="idle"} 1.5e+06
node_cpu_seconds_total{cpu="0",mode="user"} 12
node_cpu_seconds_total{cpu="1",mode="idle"} 1.5e+06
`;

describe("node_exporter's text", () => {
  it("has the load of each core", () => assert.equal(loadPerCore(metrics), 1.5));
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
