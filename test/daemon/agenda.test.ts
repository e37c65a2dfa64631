import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { Agenda } from "../../src/daemon/agenda.ts";
import { type Instant, instant } from "../../src/model/time.ts";

/** An agenda in a time of its own: `run` lets the time pass, alarm by alarm. */
function playedAgenda() {
  let now = 0;
  let alarm: Instant | null = null;
  let wake = (): void => {};
  let alarms = 0;
  const agenda = new Agenda(
    () => instant(now),
    (given) => {
      wake = given;
      return {
        at(when) {
          alarm = when;
        },
        close() {
          alarm = null;
        },
      };
    },
  );
  const run = (until: number): void => {
    while (alarm !== null && alarm <= until) {
      now = Math.max(now, alarm);
      alarm = null;
      alarms += 1;
      wake();
    }
    now = Math.max(now, until);
  };
  const pass = (length: number): void => {
    now += length;
  };
  return { agenda, run, pass, pending: () => alarm !== null, alarms: () => alarms };
}

describe("the agenda", () => {
  it("keeps every appointment in order, at its instant", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { minLength: 1 }), (instants) => {
        const { agenda, run } = playedAgenda();
        const kept: number[] = [];
        for (const at of instants) agenda.at(instant(at), () => kept.push(at));
        run(1000);
        assert.deepEqual(
          kept,
          [...instants].sort((one, other) => one - other),
        );
      }),
    );
  });

  it("keeps none that was cancelled", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(100), fc.boolean())), (wanted) => {
        const { agenda, run } = playedAgenda();
        const kept: number[] = [];
        const made = wanted.map(([at, keep]) => ({
          keep,
          appointment: agenda.at(instant(at), () => kept.push(at)),
        }));
        for (const { keep, appointment } of made) if (!keep) appointment.cancel();
        run(100);
        const kept1 = wanted.filter(([, keep]) => keep).map(([at]) => at);
        assert.deepEqual(
          kept,
          kept1.sort((one, other) => one - other),
        );
      }),
    );
  });

  it("keeps appointments that are made while it keeps others", () => {
    const { agenda, run } = playedAgenda();
    const kept: string[] = [];
    agenda.at(instant(10), () => {
      kept.push("first");
      agenda.at(instant(5), () => kept.push("overdue"));
      agenda.at(instant(20), () => kept.push("later"));
    });
    run(15);
    assert.deepEqual(kept, ["first", "overdue"]);
    run(20);
    assert.deepEqual(kept, ["first", "overdue", "later"]);
  });

  it("lets others have their turn after a pause in which much became due", () => {
    const { agenda, run, pass, alarms } = playedAgenda();
    const kept: number[] = [];
    for (let index = 0; index < 10; index += 1)
      agenda.at(instant(index), () => {
        pass(1.5);
        kept.push(index);
      });
    pass(50);
    run(100);
    assert.deepEqual(kept, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.equal(alarms(), 4);
  });

  it("does nothing and holds nothing once it is closed", () => {
    const { agenda, run, pending } = playedAgenda();
    const kept: string[] = [];
    agenda.at(instant(10), () => kept.push("before"));
    assert.ok(pending());
    agenda.close();
    agenda.at(instant(10), () => kept.push("after"));
    assert.ok(!pending());
    run(100);
    assert.deepEqual(kept, []);
  });
});
