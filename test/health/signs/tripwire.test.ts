/** One tripwire as a machine: what its end means, and what is learnt of habits. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  startWire,
  stepWire,
  type Wire,
  type WireAct,
  type WireInput,
  wireWakeAt,
} from "../../../src/health/signs/tripwire.ts";
import { addMs, type Instant, instant, ms, seconds } from "../../../src/model/time.ts";

/** A wire with a clock, and the acts that came since they were asked for. */
function strung() {
  let wire: Wire = startWire();
  let now: Instant = instant(0);
  let acts: WireAct[] = [];
  const give = (input: WireInput): void => {
    const step = stepWire(wire, input, now);
    wire = step.wire;
    acts.push(...step.acts);
  };
  return {
    give,
    /** Keeps every wake-up until then. */
    pass(length: number) {
      const until = addMs(now, ms(length));
      for (let at = wireWakeAt(wire); at !== null && at <= until; at = wireWakeAt(wire)) {
        now = at;
        give({ kind: "wake" });
      }
      now = until;
    },
    acts: () => {
      const taken = acts;
      acts = [];
      return taken.map((each) => each.act);
    },
    said: () => acts.flatMap((each) => (each.act === "learnt" ? [each.text] : [])),
    wire: () => wire,
    now: () => now,
  };
}

const closed: WireInput = { kind: "ended", end: { kind: "ended", text: "was closed" } };
const passed: WireInput = { kind: "checked", passed: true };

/** Held for so long, closed by a server that is well. */
function falseAlarm(given: ReturnType<typeof strung>, life: number): void {
  given.give({ kind: "held" });
  given.pass(life);
  given.give(closed);
  given.give(passed);
}

describe("a tripwire", () => {
  it("is opened when its server has traffic and closed when it has none", () => {
    const given = strung();
    assert.equal(wireWakeAt(given.wire()), null);
    given.give({ kind: "want", wanted: true });
    given.give({ kind: "want", wanted: true });
    given.give({ kind: "held" });
    assert.deepEqual(given.acts(), ["open"]);
    given.pass(seconds(86_400));
    given.give({ kind: "want", wanted: false });
    assert.deepEqual(given.acts(), ["close"]);
    given.pass(seconds(86_400));
    assert.deepEqual(given.acts(), []);
  });

  it("asks for checks at its end, and only once", () => {
    const given = strung();
    given.give({ kind: "want", wanted: true });
    given.give({ kind: "held" });
    given.give(closed);
    given.give(closed);
    assert.deepEqual(given.acts(), ["open", "check"]);
    given.pass(seconds(60));
    assert.deepEqual(given.acts(), [], "nothing is opened before the checks have answered");
  });

  it("of a server that is down is opened when it is up again", () => {
    const given = strung();
    given.give({ kind: "want", wanted: true });
    given.give({ kind: "held" });
    given.give(closed);
    given.give({ kind: "want", wanted: false });
    given.give({ kind: "checked", passed: false });
    given.pass(seconds(60));
    given.give({ kind: "want", wanted: true });
    assert.deepEqual(given.acts(), ["open", "check", "open"]);
    assert.equal(given.wire().alarms, 0);
  });

  it("is opened again a second after a false alarm", () => {
    const given = strung();
    given.give({ kind: "want", wanted: true });
    falseAlarm(given, 5000);
    given.acts();
    given.pass(999);
    assert.deepEqual(given.acts(), []);
    given.pass(1);
    assert.deepEqual(given.acts(), ["open"]);
  });

  it("learns that a server closes idle connections after a minute, and renews in time", () => {
    const given = strung();
    given.give({ kind: "want", wanted: true });
    for (let count = 0; count < 3; count++) {
      falseAlarm(given, 60_000);
      if (count < 2) given.pass(4000);
    }
    const text = "closes idle connections after 1m: its tripwire is renewed every 30s";
    assert.deepEqual(given.said(), [text]);
    given.acts();
    given.pass(1000);
    given.give({ kind: "held" });
    given.pass(29_999);
    assert.deepEqual(given.acts(), ["open"]);
    given.pass(1);
    given.give({ kind: "held" });
    given.pass(30_000);
    assert.deepEqual(given.acts(), ["renew", "renew"]);
  });

  it("rests longer and longer with a server that closes at once, and says so once", () => {
    const given = strung();
    given.give({ kind: "want", wanted: true });
    let checks = 0;
    const said: string[] = [];
    for (const end = addMs(given.now(), seconds(86_400)); given.now() < end; ) {
      given.give({ kind: "held" });
      given.give(closed);
      given.give(passed);
      said.push(...given.said());
      checks += given.acts().filter((act) => act === "check").length;
      given.pass(Math.max(1, (wireWakeAt(given.wire()) ?? given.now()) - given.now()));
    }
    assert.equal(said.length, 1);
    assert.match(
      said[0] ?? "",
      /^closes idle connections after 0ms: its tripwire rests, for 1m now/,
    );
    assert.ok(checks < 60, `${checks} checks in a day`);
  });

  it("takes reloads that are hours apart for no habit", () => {
    const given = strung();
    given.give({ kind: "want", wanted: true });
    for (let count = 0; count < 10; count++) {
      falseAlarm(given, 2 * 3_600_000);
      given.pass(1000);
    }
    assert.deepEqual(given.said(), []);
    assert.equal(given.wire().alarms, 1);
  });

  it("goes on resting when its server went down and came back meanwhile", () => {
    const given = strung();
    given.give({ kind: "want", wanted: true });
    given.give({ kind: "ended", end: { kind: "chatty", text: "talks on idle connections" } });
    assert.deepEqual(given.acts(), ["open", "learnt"]);
    given.give({ kind: "want", wanted: false });
    given.give({ kind: "want", wanted: true });
    given.pass(seconds(1799));
    assert.deepEqual(given.acts(), []);
    given.pass(1000);
    assert.deepEqual(given.acts(), ["open"]);
  });

  it("blames no server for what this machine lacks", () => {
    const given = strung();
    given.give({ kind: "want", wanted: true });
    given.give({ kind: "ended", end: { kind: "local", text: "EMFILE" } });
    given.pass(60_000);
    assert.deepEqual(given.acts(), ["open", "open"]);
  });

  it("tries again when the checks came to nothing, or confirmed it and the server stays", () => {
    for (const [outcome, pause] of [
      [null, 1000],
      [false, 5000],
    ] as const) {
      const given = strung();
      given.give({ kind: "want", wanted: true });
      given.give({ kind: "held" });
      given.give(closed);
      given.give({ kind: "checked", passed: outcome });
      given.pass(pause - 1);
      assert.deepEqual(given.acts(), ["open", "check"]);
      given.pass(1);
      assert.deepEqual(given.acts(), ["open"]);
    }
  });
});
