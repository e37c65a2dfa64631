import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { VirtualServer } from "../../src/config/config.ts";
import type { RealServerState } from "../../src/health/health.ts";
import { type NannyInput, reconfigure, startNanny, step, wakeAt } from "../../src/health/nanny.ts";
import { addMs, ms, seconds } from "../../src/model/time.ts";
import { tcpCheck } from "../table/configs.ts";
import {
  accepted,
  after,
  type Changes,
  failed,
  found,
  inputs,
  passed,
  quiesce,
  reentry,
  refused,
  rules,
  run,
  stands,
  start,
  toldDown,
  toldUp,
} from "./nannies.ts";

const stories: readonly (readonly [string, Changes, readonly NannyInput[], string])[] = [
  ["a server that was never checked gets no traffic", {}, [], "checking null"],
  ["nor does it with quiesce", quiesce, [], "checking null"],
  ["the first passed check brings it up", {}, [passed], "up 3"],
  [
    "with rise 2 it takes two in a row",
    { rs: { check: tcpCheck({ rise: 2 }) } },
    [passed],
    "checking null",
  ],
  [
    "a failure between them starts the count again",
    { rs: { check: tcpCheck({ rise: 2 }) } },
    [passed, failed, passed],
    "checking null",
  ],
  ["two in a row are enough", { rs: { check: tcpCheck({ rise: 2 }) } }, [passed, passed], "up 3"],
  ["one failure does not take it down", {}, [passed, failed], "up 3"],
  ["fall failures in a row do", {}, [passed, failed, failed], "down null"],
  ["a pass between them starts the count again", {}, [passed, failed, passed, failed], "up 3"],
  ["a failed server with quiesce stays at weight 0", quiesce, [passed, failed, failed], "down 0"],
  ["a server that never answered is down too", {}, [failed, failed], "down null"],
  ["a recovered server returns at once without reentry", {}, [failed, failed, passed], "up 3"],
  ["with reentry it waits", reentry, [failed, failed, passed], "reentry null"],
  [
    "with reentry and quiesce it waits at weight 0",
    { vs: { ...reentry.vs, ...quiesce.vs } },
    [failed, failed, passed],
    "reentry 0",
  ],
  ["reentry is no matter of the first start", reentry, [passed], "up 3"],
  ["one failure ends the wait for reentry", reentry, [failed, failed, passed, failed], "down null"],
  ["without a check it is up at once", { rs: { check: { type: "none" } } }, [], "up 3"],
  ["start: up is up before the first check", { vs: { start: "up" } }, [], "up 3"],
  ["and goes down like any other", { vs: { start: "up" } }, [failed, failed], "down null"],
  ["an inactive server is disabled", { rs: { active: false } }, [passed, toldUp], "disabled null"],
  ["so are those of an inactive virtual server", { vs: { active: false } }, [], "disabled null"],
  ["a server found in the table is up until proven otherwise", {}, [found(3)], "up 3"],
  ["with the weight of the configuration", {}, [found(9)], "up 3"],
  ["one failure does not disprove it", {}, [found(3), failed], "up 3"],
  ["fall failures do", {}, [found(3), failed, failed], "down null"],
  ["one found at weight 0 stays there until a check says more", {}, [found(0)], "checking 0"],
  ["and comes up when it passes", {}, [found(0), passed], "up 3"],
  ["and goes when it fails", {}, [found(0), failed, failed], "down null"],
  ["a server of weight 0 is up with weight 0", { rs: { weight: 0 } }, [found(0)], "up 0"],
  ["what was found counts less than what was tried", {}, [failed, failed, found(3)], "down null"],
  ["what the peer says holds at once", {}, [toldUp], "up 3"],
  ["down as well", {}, [toldUp, toldDown], "down null"],
  ["the peer has done the waiting for reentry", reentry, [failed, failed, passed, toldUp], "up 3"],
  ["after a word of the peer own failures are counted anew", {}, [failed, toldUp, failed], "up 3"],
  ["own checks then decide", {}, [toldUp, failed, failed], "down null"],
  [
    "the peer has nothing to say about a server without a check",
    { rs: { check: { type: "none" } } },
    [toldDown],
    "up 3",
  ],
  ["a server that the kernel refuses is down", {}, [passed, refused], "down 3"],
  ["and stays so whatever the checks say", {}, [passed, refused, passed], "down 3"],
  ["until the kernel takes it", {}, [passed, refused, accepted], "up 3"],
  ["acceptance does not raise the dead", {}, [failed, failed, refused, accepted], "down null"],
  ["acceptance of an untroubled server changes nothing", {}, [passed, accepted], "up 3"],
];

for (const [name, changes, inputs, expected] of stories) {
  test(name, () =>
    assert.equal(stands(run(startNanny(rules(changes), start), ...inputs)), expected),
  );
}

test("a weight found in the table of a server of weight 0 says nothing of its load", () => {
  const loadMonitor = { type: "rup" } as unknown as VirtualServer["loadMonitor"];
  const vs = { loadMonitor };
  const drained = run(startNanny(rules({ vs, rs: { weight: 0 } }), start), found(1));
  assert.equal(stands(drained), "up 0");
  assert.equal(drained.load.factor, 1);
  assert.equal(stands(reconfigure(drained, rules({ vs }), after(2000))), "up 3");
});

test("the wait for reentry ends at its hour and not before", () => {
  const waiting = run(startNanny(rules(reentry), start), failed, failed, passed);
  assert.equal(wakeAt(waiting), after(3000 + 15_000));
  assert.equal(step(waiting, { kind: "wake" }, after(17_999)), waiting);
  const back = step(waiting, { kind: "wake" }, after(18_000));
  assert.equal(stands(back), "up 3");
  assert.equal(back.since, after(18_000));
  assert.equal(back.cause, "the reentry wait is over");
  assert.equal(wakeAt(back), null);
});

test("a refused entry stays wanted, and is down until the kernel takes it", () => {
  const down = step(run(startNanny(rules(), start), passed), refused, after(2000));
  assert.equal(down.cause, "the kernel refuses the entry: Numerical result out of range");
  assert.equal(stands(down), "down 3");
  assert.equal(wakeAt(down), null);
  assert.equal(stands(step(down, refused, after(20_000))), "down 3");
  const up = step(down, accepted, after(20_000));
  assert.equal(stands(up), "up 3");
  assert.equal(up.cause, "the kernel takes the entry again");
});

test("the state's cause and hour are those of the change, not of the last try", () => {
  const down = run(startNanny(rules(), start), passed, failed, failed);
  assert.equal(down.since, after(3000));
  assert.equal(down.cause, "connection refused (2 tries in a row)");
  assert.equal(down.parts[0]?.lastError, "connection refused");
  assert.equal(down.parts[0]?.lastMs, 5);
  const still = step(down, failed, after(9000));
  assert.deepEqual([still.since, still.cause], [down.since, down.cause]);
  const up = step(still, passed, after(10_000));
  assert.deepEqual(
    [up.since, up.cause, up.parts[0]?.lastError],
    [after(10_000), "a check passed", null],
  );
});

test("a reload keeps what the kernel said of the entry until it says otherwise", () => {
  const down = run(startNanny(rules(), start), passed, refused);
  assert.equal(stands(reconfigure(down, rules({ rs: { weight: 7 } }), after(5000))), "down 7");
});

const inTraffic: ReadonlySet<RealServerState> = new Set(["up"]);

test("only a server that is up has traffic, whatever happens in whatever order", () => {
  const rhythms = fc.record({ fall: fc.integer({ min: 1, max: 3 }), rise: fc.constantFrom(1, 2) });
  const events = fc.array(fc.tuple(inputs, fc.integer({ min: 0, max: 12_000 })));
  fc.assert(
    fc.property(rhythms, fc.boolean(), events, (rhythm, quiesces, list) => {
      const check = tcpCheck(rhythm);
      const vs = { reentry: seconds(5), quiesce: quiesces };
      let nanny = startNanny(rules({ vs, rs: { check } }), start);
      let now = start;
      for (const [input, pause] of list) {
        now = addMs(now, ms(pause));
        const before = nanny;
        nanny = step(nanny, input, now);
        const { state, tableWeight } = nanny.health;
        if (nanny.refusal === null) assert.equal((tableWeight ?? 0) > 0, inTraffic.has(state));
        else assert.equal(state, "down");
        assert(nanny.parts.every(({ passes, failures }) => passes === 0 || failures === 0));
        assert.equal(nanny.since, state === before.health.state ? before.since : now);
        const wake = wakeAt(nanny);
        if (wake !== null) {
          const woken = step(nanny, { kind: "wake" }, wake);
          assert((wakeAt(woken) ?? addMs(wake, ms(1))) > wake, "a wake settles what it is for");
        }
      }
    }),
  );
});
