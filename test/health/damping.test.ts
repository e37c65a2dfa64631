import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  calm,
  changed,
  type Damping,
  halfOfHold,
  heldHalfway,
  noted,
} from "../../src/health/damping.ts";
import {
  type Nanny,
  type NannyInput,
  nannyRules,
  startNanny,
  step,
  wakeAt,
} from "../../src/health/nanny.ts";
import { heldWhy, realServerEvent } from "../../src/health/nanny-report.ts";
import { addMs, instant, ms, seconds } from "../../src/model/time.ts";
import { realServer, tcpCheck, virtualServer } from "../table/configs.ts";

const start = instant(1_000_000);
const at = (length: number) => addMs(start, ms(length));
const damping: Damping = { changes: 3, within: seconds(10), hold: seconds(60) };

describe("damping", () => {
  it("holds after so many changes within so long, for so long", () => {
    const twice = changed(changed(calm, damping, at(0)), damping, at(4000));
    assert.equal(twice.heldUntil, null);
    assert.equal(changed(twice, damping, at(9000)).heldUntil, at(69_000));
  });

  it("forgets what is too long ago", () => {
    const twice = changed(changed(calm, damping, at(0)), damping, at(4000));
    assert.equal(changed(twice, damping, at(11_000)).heldUntil, null);
  });

  it("is nothing where it is off", () => {
    assert.equal(changed(calm, "off", start), calm);
    assert.equal(noted(calm, "off", start), calm);
  });

  it("never holds with fewer changes in any window (any changes)", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20_000 }), { maxLength: 30 }), (gaps) => {
        let flapping = calm;
        let now = start;
        const times: number[] = [];
        for (const gap of gaps) {
          now = addMs(now, ms(gap));
          times.push(now);
          flapping = changed(flapping, damping, now);
          const near = times.filter((each) => now - each < damping.within).length;
          if (flapping.heldUntil === now + damping.hold) assert.ok(near >= damping.changes);
          if (flapping.heldUntil !== null && now >= flapping.heldUntil) flapping = calm;
          assert.ok(flapping.changes.length < damping.changes);
        }
      }),
    );
  });

  it("is learnt by halves from the peer", () => {
    assert.equal(heldHalfway(damping, "first", start), at(60_000));
    assert.equal(heldHalfway(damping, "second", start), at(30_000));
    assert.equal(halfOfHold(damping, at(60_000), at(10_000)), "first");
    assert.equal(halfOfHold(damping, at(60_000), at(40_000)), "second");
  });
});

const passed: NannyInput = { kind: "tried", outcome: { kind: "passed", took: ms(1) } };
const failed: NannyInput = { kind: "tried", outcome: { kind: "failed", took: ms(1), why: "no" } };

const nannyOf = (weight = 100): Nanny =>
  startNanny(
    nannyRules(
      virtualServer("web", { damping, slowStart: seconds(10) }),
      realServer("rs1", { weight, check: tcpCheck({ fall: 1, rise: 1 }) }),
    ),
    start,
  );

/** All inputs one second apart. */
const run = (nanny: Nanny, ...inputs: readonly NannyInput[]): Nanny =>
  inputs.reduce((now, input, index) => step(now, input, at((index + 1) * 1000)), nanny);

describe("a real server that flaps", () => {
  const held = run(nannyOf(), passed, failed, passed, failed);

  it("is held down, which is an event of its own, and says why", () => {
    assert.equal(held.flapping.heldUntil, at(64_000));
    assert.deepEqual(held.health, { state: "down", tableWeight: null });
    const event = realServerEvent(run(nannyOf(), passed, failed, passed), held);
    assert.equal(event?.kind, "held");
    assert.equal(heldWhy(held), "its state changed 3 times within 10s: held down for 1m");
  });

  it("stays down however its checks go, and returns by a slow start when the hold is over", () => {
    const well = step(step(held, passed, at(5000)), passed, at(6000));
    assert.equal(well.health.state, "down");
    assert.equal(wakeAt(well), at(64_000));
    assert.equal(step(well, { kind: "wake" }, at(63_000)).health.state, "down");
    const back = step(well, { kind: "wake" }, at(64_000));
    assert.deepEqual([back.health.state, back.health.tableWeight], ["up", 5]);
    assert.equal(step(back, { kind: "wake" }, at(74_000)).health.tableWeight, 100);
  });

  it("stays held on a router that takes over from the one that held it", () => {
    const standby = run(nannyOf(), { kind: "learned", standing: "down", half: "second" });
    assert.equal(standby.flapping.heldUntil, at(31_000));
    assert.equal(step(standby, passed, at(2000)).health.state, "down");
    assert.equal(run(standby, { kind: "learned", standing: "up" }).health.state, "up");
  });

  it("stays held over a restart", () => {
    const heldUntil = at(50_000);
    const next = run(nannyOf(), { kind: "remembered", standing: "up", heldUntil });
    assert.equal(next.health.state, "down");
  });
});

describe("a real server that returns", () => {
  const back = run(nannyOf(), passed, failed, passed);

  it("rises by steps that reach the table", () => {
    assert.deepEqual(back.health, { state: "up", tableWeight: 5 });
    assert.equal(wakeAt(back), at(3500));
    assert.equal(step(back, { kind: "wake" }, at(8000)).health.tableWeight, 53);
    assert.equal(step(back, { kind: "wake" }, at(13_000)).health.tableWeight, 100);
  });

  it("does not rise where it comes up for the first time", () => {
    assert.equal(run(nannyOf(), passed).health.tableWeight, 100);
    assert.equal(run(nannyOf(), { kind: "learned", standing: "up" }).health.tableWeight, 100);
  });

  it("begins when its reentry is over", () => {
    const of = virtualServer("web", { slowStart: seconds(10), reentry: seconds(5) });
    const real = realServer("rs1", { weight: 100, check: tcpCheck({ fall: 1 }) });
    const waiting = run(startNanny(nannyRules(of, real), start), passed, failed, passed);
    assert.equal(waiting.health.state, "reentry");
    const over = step(waiting, { kind: "wake" }, at(8000));
    assert.deepEqual(over.health, { state: "up", tableWeight: 5 });
    assert.equal(step(over, { kind: "wake" }, at(13_000)).health.tableWeight, 53);
  });

  it("rises on the standby as it does on the active router, and goes on after a takeover", () => {
    const told = run(
      nannyOf(),
      { kind: "learned", standing: "down" },
      { kind: "learned", standing: "up" },
    );
    assert.equal(told.health.tableWeight, 5);
    const half = step(told, { kind: "wake" }, at(7000));
    assert.equal(half.health.tableWeight, 53);
    assert.equal(step(half, passed, at(7100)).health.tableWeight, 53);
  });

  it("goes on after a restart that finds its weight in the table", () => {
    const found = run(nannyOf(), { kind: "adopted", weight: 53 });
    assert.equal(found.health.tableWeight, 53);
    assert.equal(step(found, { kind: "wake" }, at(20_000)).health.tableWeight, 100);
  });
});
