import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type FailureReason, failureReasons } from "../../../src/check/reason.ts";
import type { Tried } from "../../../src/checks/check.ts";
import type { TriedCheck } from "../../../src/config/config.ts";
import { Contacts } from "../../../src/daemon/health/contacts.ts";
import { makeProbe, type Probe } from "../../../src/daemon/health/probe.ts";
import { instant, ms } from "../../../src/model/time.ts";
import { tcpCheck } from "../../checks/servers.ts";
import { address } from "../../table/tables.ts";

const passed: Tried = { kind: "passed", took: ms(1) };
const failed = (reason: FailureReason): Tried => ({
  kind: "failed",
  reason,
  why: `no answer: ${reason}`,
  took: ms(1),
});
const probe = (check: TriedCheck = tcpCheck({})): Probe =>
  makeProbe("x", check, { address: address("10.0.0.1"), port: 80 }, 0);

/** Contacts of two probes, each after these tries. */
function after(one: readonly Tried[], other: readonly Tried[]) {
  const contacts = new Contacts();
  const probes = [probe(), probe()] as const;
  for (const tried of one) contacts.note(probes[0], tried, instant(1));
  for (const tried of other) contacts.note(probes[1], tried, instant(1));
  return { contacts, probes };
}
const gone = failed("timeout");

describe("what this router reaches", () => {
  it("is none after two tries in a row of every probe, and some with any that got there", () => {
    assert.equal(after([], []).contacts.reach, "unknown");
    assert.equal(after([gone], [gone]).contacts.reach, "unknown");
    assert.equal(after([gone, gone], [gone]).contacts.reach, "unknown");
    const { contacts, probes } = after([gone, gone], [gone, gone, gone]);
    assert.equal(contacts.reach, "none");
    assert.equal(contacts.why, "no answer: timeout");
    contacts.note(probes[1], passed, instant(2));
    assert.equal(contacts.reach, "some");
    contacts.note(probes[1], gone, instant(3));
    assert.equal(contacts.reach, "unknown", "one failure is none");
    contacts.forget(probes[1]);
    assert.equal(contacts.reach, "none", "a probe that is gone says nothing");
    contacts.clear();
    assert.equal(contacts.reach, "unknown");
  });

  it("goes by the reason of a failure: an answer that displeases has come here", () => {
    const says: Record<string, FailureReason[]> = { some: [], none: [], unknown: [] };
    for (const reason of failureReasons)
      says[after([failed(reason), failed(reason)], []).contacts.reach]?.push(reason);
    assert.deepEqual(says, {
      some: ["closed", "unreadable", "too-long", "unexpected"],
      none: ["unreachable", "timeout", "tls", "exit"],
      unknown: ["local", "overdue"],
    });
  });

  it("does not go by files of this machine", () => {
    const contacts = new Contacts();
    const file = { ...tcpCheck({}), type: "file", file: "/x" } as unknown as TriedCheck;
    contacts.note(probe(file), passed, instant(1));
    assert.equal(contacts.reach, "unknown");
  });

  it("has been missed since an instant when every probe has, by a try that began then or later", () => {
    const { contacts, probes } = after([gone, gone], [gone, gone]);
    const since = instant(10);
    assert.equal(contacts.missedSince(since), false);
    contacts.note(probes[0], gone, instant(11));
    contacts.note(probes[1], gone, instant(9));
    assert.equal(contacts.missedSince(since), false, "one began before");
    contacts.note(probes[1], gone, instant(10));
    assert.equal(contacts.missedSince(since), true);
    assert.equal(contacts.missedSince(instant(12)), false, "of another round nothing is known");
  });
});
