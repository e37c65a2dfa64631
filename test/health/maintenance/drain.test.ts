import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type Drain,
  drainDeadline,
  flowsLeaveAt,
  lookAtDrain,
  startDrain,
} from "../../../src/health/maintenance/drain.ts";
import { instant, type Ms, ms } from "../../../src/model/time.ts";

/** A drain that began at 0 after looks at these times, in seconds, with these counts. */
const after = (
  looks: readonly (readonly [at: number, connections: number | null])[],
  udpTimeout: Ms | null = null,
  active = 0,
): Drain =>
  looks.reduce(
    (drain, [at, connections]) =>
      lookAtDrain(drain, { connections, active, udpTimeout }, instant(at * 1000)),
    startDrain(instant(0)),
  );

describe("a drain", () => {
  it("is over when no connection was left for a second", () => {
    assert.equal(after([[1, 3]]).state, "draining");
    assert.equal(
      after([
        [1, 3],
        [2, 0],
      ]).state,
      "draining",
    );
    assert.equal(
      after([
        [1, 3],
        [2, 0],
        [3, 0],
      ]).state,
      "drained",
    );
    assert.equal(
      after([
        [1, 0],
        [1.5, 1],
        [2, 0],
        [2.9, 0],
      ]).state,
      "draining",
    );
  });

  it("does not begin before the kernel has weight 0", () => {
    assert.equal(
      after([
        [1, null],
        [9, null],
      ]).state,
      "draining",
    );
    assert.equal(
      after([
        [1, 0],
        [2, null],
        [3, 0],
      ]).state,
      "draining",
    );
  });

  it("goes on when connections come back, as from a peer that sent them late", () => {
    assert.equal(
      after([
        [1, 0],
        [2, 0],
        [3, 5],
      ]).state,
      "draining",
    );
  });

  it("is overdue after the deadline, once, and still ends", () => {
    const late = drainDeadline / 1000;
    assert.equal(after([[late - 1, 2]]).overdue, false);
    assert.equal(after([[late, 2]]).overdue, true);
    assert.equal(after([[late, 0]]).overdue, false);
    const ended = after([
      [late, 2],
      [late + 1, 0],
      [late + 2, 0],
    ]);
    assert.deepEqual([ended.state, ended.overdue], ["drained", true]);
  });

  it("moves flows of UDP that outlive the kernel's time-out, and only those", () => {
    const udp = ms(300_000);
    assert.equal(after([[300, 4]], udp).moved, null);
    const moved = after([[311, 4]], udp);
    assert.deepEqual([moved.state, moved.moved], ["drained", 4]);
    assert.deepEqual(
      after(
        [
          [311, 4],
          [312, 1],
        ],
        udp,
      ).moved,
      4,
    );
    assert.equal(
      after(
        [
          [311, 0],
          [312, 0],
        ],
        udp,
      ).moved,
      null,
    );
    assert.equal(after([[311, 4]]).moved, null);
  });

  it("moves no flow of UDP while TCP behind the same mark is established, and says so in the end", () => {
    const udp = ms(300_000);
    const mixed = after([[311, 4]], udp, 1);
    assert.deepEqual([mixed.state, mixed.moved], ["draining", null]);
    assert.equal(after([[drainDeadline / 1000, 4]], udp, 1).overdue, true);
    assert.equal(flowsLeaveAt(startDrain(instant(0)), udp), instant(310_000));
  });
});
