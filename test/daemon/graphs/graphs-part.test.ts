import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Running } from "../../../src/daemon/config/running.ts";
import type { Doors } from "../../../src/daemon/doors.ts";
import { GraphsPart } from "../../../src/daemon/graphs/graphs-part.ts";
import { MachineError } from "../../../src/model/error.ts";
import { instant } from "../../../src/model/time.ts";
import { accepted, readText, soundText } from "../../config/texts.ts";

const config = accepted(readText(soundText));
const [first] = config.virtualServers;

function part() {
  const at = { now: 0, active: true, fails: false, total: 0 };
  const doors = {
    now: () => instant(at.now),
    wallClock: () => new Date(1_000_000 + at.now).toISOString(),
  } as unknown as Doors;
  const running = () => ({ role: "primary", config }) as unknown as Running;
  const context = { doors, running, faultsChanged: () => {}, missingChanged: () => {} };
  const made = new GraphsPart(context, {
    active: () => at.active,
    readTotals: async () => {
      if (at.fails) throw new MachineError("no ipvsadm");
      return new Map();
    },
    counters: () => new Map(),
    paths: () => [{ name: "public", rtt: 0.4 }],
  });
  const look = async (ms: number) => {
    at.now += ms;
    await made.look();
  };
  return { at, made, look };
}

describe("the graphs as a part of the daemon", () => {
  it("have an entry for each half minute, with gaps for what was missed", async () => {
    const { made, look } = part();
    for (const ms of [30_000, 30_100, 90_000]) await look(ms);
    const report = made.report({ virtualServer: first?.name ?? "", day: false });
    assert.ok(report.ok);
    assert.equal(report.step_s, 30);
    const active = report.lines.find(({ name }) => name === "active");
    assert.deepEqual(active?.values, [0, 0, null, null, 0]);
  });

  it("go on where the table cannot be read, and ask for none on a standby router", async () => {
    const { at, made, look } = part();
    at.fails = true;
    await look(30_000);
    at.active = false;
    await look(30_000);
    const report = made.report({ virtualServer: null, day: false });
    assert.ok(report.ok);
    assert.deepEqual(report.paths, [{ name: "public", rtt_ms: [0.4, 0.4] }]);
    assert.deepEqual(
      report.lines.flatMap(({ values }) => values),
      Array(10).fill(null),
    );
  });

  it("are refused for a virtual server that is not there", () => {
    const refused = part().made.report({ virtualServer: "nope", day: true });
    assert.ok(!refused.ok);
    assert.match(refused.problems[0]?.message ?? "", /no graph of a virtual server nope/);
  });
});
