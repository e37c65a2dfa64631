import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { VirtualServer } from "../../src/config/config.ts";
import {
  type Nanny,
  type NannyInput,
  nannyRules,
  startNanny,
  step,
  wakeAt,
} from "../../src/health/nanny.ts";
import { mixesUdp, quiescedOverUdpMax, quiesceMaxOf } from "../../src/health/quiescence.ts";
import { addMs, type Instant, instant, ms, seconds } from "../../src/model/time.ts";
import { realServer, virtualServer } from "../table/configs.ts";

const start = instant(1000);
const rules = ({ vs }: { readonly vs: Partial<VirtualServer> }) =>
  nannyRules(virtualServer("web", vs), realServer("rs1", { weight: 3 }));

const passed: NannyInput = { kind: "tried", outcome: { kind: "passed", took: ms(2) } };
const failed: NannyInput = { kind: "tried", outcome: { kind: "failed", took: ms(5), why: "x" } };
const toldUp: NannyInput = { kind: "learned", standing: "up" };
const toldDown: NannyInput = { kind: "learned", standing: "down" };
const after = (length: number): Instant => addMs(start, ms(length));
const stands = (nanny: Nanny): string => `${nanny.health.state} ${nanny.health.tableWeight}`;

/** All inputs one second apart, the first one second after the start. */
const run = (nanny: Nanny, ...inputs: readonly NannyInput[]): Nanny =>
  inputs.reduce((now, input, index) => step(now, input, after((index + 1) * 1000)), nanny);

describe("a failed server with quiesce over UDP", () => {
  const udp = { vs: { quiesce: true, protocol: "udp" as const } };
  const down = run(startNanny(rules(udp), start), passed, failed, failed);
  const failedAt = down.failedSince ?? assert.fail("it has failed");

  it("is removed after a bound, for a client that goes on sending would stay on it", () => {
    assert.equal(stands(down), "down 0");
    assert.equal(wakeAt(down), addMs(failedAt, quiescedOverUdpMax));
    const early = addMs(failedAt, ms(quiescedOverUdpMax - 1));
    assert.equal(stands(step(down, { kind: "wake" }, early)), "down 0");
    const late = addMs(failedAt, quiescedOverUdpMax);
    const removed = step(down, { kind: "wake" }, late);
    assert.equal(stands(removed), "down null");
    assert.equal(removed.since, down.since, "its state is the same");
    assert.equal(wakeAt(removed), null);
    assert.equal(stands(step(removed, passed, late)), "up 3");
    const failedAgain = [failed, failed].reduce(
      (nanny, input) => step(nanny, input, addMs(late, ms(5))),
      step(removed, passed, late),
    );
    assert.equal(stands(failedAgain), "down 0", "the next failure has a bound of its own");
  });

  it("is removed by the standby, too, and in spite of a wait for reentry", () => {
    const told = run(startNanny(rules(udp), start), toldUp, toldDown);
    assert.equal(stands(told), "down 0");
    assert.equal(stands(step(told, { kind: "wake" }, after(100_000))), "down null");
    const slow = { vs: { ...udp.vs, reentry: seconds(60) } };
    const waiting = run(startNanny(rules(slow), start), passed, failed, failed, passed);
    assert.equal(stands(waiting), "reentry 0");
    const removed = step(waiting, { kind: "wake" }, addMs(start, ms(35_000)));
    assert.equal(stands(removed), "reentry null");
  });

  it("stays over TCP for as long as it is failed", () => {
    const tcp = run(startNanny(rules({ vs: { quiesce: true } }), start), passed, failed, failed);
    assert.equal(stands(step(tcp, { kind: "wake" }, after(1_000_000))), "down 0");
    assert.equal(wakeAt(tcp), null);
  });

  it("keeps its place where a mark stands for TCP too: its flows are moved one by one", () => {
    const marked = (...protocols: readonly ("tcp" | "udp")[]) => ({
      protocol: "tcp" as const,
      mark: {
        fwmark: 1,
        families: [4 as const],
        addresses: [],
        traffic: protocols.map((protocol) => ({ protocol, from: 53, to: 53 })),
      },
    });
    assert.equal(quiesceMaxOf(marked("udp", "udp")), quiescedOverUdpMax);
    assert.equal(quiesceMaxOf(marked("tcp")), null);
    assert.equal(quiesceMaxOf({ protocol: "udp", mark: null }), quiescedOverUdpMax);
    assert.equal(mixesUdp({ protocol: "udp", mark: null }), false);
    assert.equal(mixesUdp(marked("tcp", "tcp")), false);
    const both = marked("tcp", "udp");
    assert.deepEqual([mixesUdp(both), quiesceMaxOf(both)], [true, null]);
    const down = run(startNanny(rules({ vs: { quiesce: true, ...both } }), start), failed, failed);
    assert.equal(stands(step(down, { kind: "wake" }, after(1_000_000))), "down 0");
  });
});
