import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { makeProbe, nextStart, phaseOf, probeKey } from "../../../src/daemon/health/probe.ts";
import { addMs, between, instant, ms, seconds } from "../../../src/model/time.ts";
import { commandCheck, httpCheck, sendExpectCheck, tcpCheck } from "../../checks/servers.ts";
import { address } from "../../table/tables.ts";

const one = { address: address("10.0.0.1"), port: 80 };
const other = { address: address("10.0.0.2"), port: 80 };

describe("probes", () => {
  it("are one for equal checks of one endpoint, whatever the order of their keys", () => {
    const headers = httpCheck({ headers: { a: "1", b: "2" } });
    const turned = httpCheck({ headers: { b: "2", a: "1" } });
    assert.equal(probeKey(headers, one), probeKey(turned, one));
    assert.equal(probeKey(tcpCheck({ fall: 2 }), one), probeKey(tcpCheck({ fall: 3 }), one));
  });

  it("are one for checks that go to one target by different ways", () => {
    const aimed = tcpCheck({ address: one.address, port: one.port });
    const unaimed = tcpCheck({ address: one.address });
    assert.equal(probeKey(aimed, other), probeKey(unaimed, other));
  });

  it("differ by endpoint, type, rhythm and every detail of the check", () => {
    const sent = (text: string) => sendExpectCheck({ send: Buffer.from(text) });
    const keys = [
      probeKey(tcpCheck(), one),
      probeKey(tcpCheck(), other),
      probeKey(tcpCheck({ interval: seconds(3) }), one),
      probeKey(tcpCheck({ timeout: seconds(1) }), one),
      probeKey(httpCheck(), one),
      probeKey(httpCheck({ path: "/x" }), one),
      probeKey(httpCheck({ status: [{ from: 200, to: 200 }] }), one),
      probeKey(sent("a"), one),
      probeKey(sent("b"), one),
      probeKey(commandCheck("/bin/true", ["a", "b"]), one),
      probeKey(commandCheck("/bin/true", ["b", "a"]), one),
    ];
    assert.equal(new Set(keys).size, keys.length);
  });

  it("are spread evenly over their interval, however many there are", () => {
    for (const count of [3, 10, 100, 1000]) {
      const phases = Array.from({ length: count }, (_, index) => phaseOf(index)).sort(
        (a, b) => a - b,
      );
      const gaps = phases.map((phase, index) => (phases[index + 1] ?? 1) - phase);
      assert.ok(Math.max(...gaps) * count < 2.7, `${count}: largest gap ${Math.max(...gaps)}`);
    }
  });

  it("keep their place on the grid, start to start one interval", () => {
    const probe = makeProbe("key", tcpCheck(), one, 0.25);
    const origin = instant(100_000);
    let at = nextStart(probe, origin, instant(107_000));
    for (let turn = 0; turn < 5; turn++) {
      assert.equal((at - origin) % 2000, 500);
      // A start may be late; the next one is on the grid again.
      const next = nextStart(probe, origin, addMs(at, ms(turn * 30)));
      assert.equal(between(at, next), 2000);
      at = next;
    }
  });

  it("begin together within 10 ms, so that a thousand tries a second are a hundred wake-ups", () => {
    const check = tcpCheck({ interval: ms(100) });
    const origin = instant(100_003);
    const starts = Array.from({ length: 100 }, (_, index) => {
      const probe = makeProbe("key", check, one, phaseOf(index));
      return nextStart(probe, origin, instant(107_000));
    });
    const together = Map.groupBy(starts, (start) => start);
    assert.equal(together.size, 10);
    for (const group of together.values()) assert.ok(group.length >= 8 && group.length <= 12);
  });

  it("of commands each have an instant of their own", () => {
    const check = commandCheck("true", [], { interval: ms(100) });
    const starts = Array.from({ length: 20 }, (_, index) =>
      nextStart(makeProbe("key", check, one, phaseOf(index)), instant(0), instant(7000)),
    );
    assert.equal(new Set(starts).size, 20);
  });

  it("let at least half an interval pass between two starts", () => {
    const probe = makeProbe("key", tcpCheck(), one, 0);
    for (let late = 0; late <= 4000; late += 50) {
      const started = instant(late);
      const gap = between(started, nextStart(probe, instant(0), started));
      assert.ok(gap >= 1000 && gap <= 3000, `${gap} ms after ${late}`);
    }
  });
});
