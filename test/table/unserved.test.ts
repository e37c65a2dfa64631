import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { addMs, instant, ms } from "../../src/model/time.ts";
import { planChanges } from "../../src/table/plan.ts";
import type { Change, Table } from "../../src/table/table.ts";
import {
  comparableAfter,
  judgeUnserved,
  servesAll,
  unservedServices,
} from "../../src/table/unserved.ts";
import { rs, tableOf, web } from "../daemon/table/reconciler-bench.ts";

const mail = "-A -t 192.0.2.1:25 -s fo";
const toMail = (last: number): string => `-a -t 192.0.2.1:25 -r 10.0.0.${last}:25 -m -w 1`;
const desired = tableOf(web, rs(1), rs(2), mail, toMail(1));

/** What of the way from one table to the desired one is refused. */
const refusedFrom = (table: Table, isRefused: (change: Change) => boolean): readonly Change[] =>
  planChanges(table, desired, new Set(desired.keys())).changes.filter(isRefused);
const unserved = (table: Table, isRefused: (change: Change) => boolean): number =>
  unservedServices(desired, table, refusedFrom(table, isRefused));
const all = (): boolean => true;

describe("services that the kernel does not take", () => {
  it("are those that are not in the table, and those without any of their real servers", () => {
    assert.equal(unserved(desired, all), 0);
    assert.equal(unserved(tableOf(web, rs(1), rs(2)), all), 1);
    assert.equal(unserved(tableOf(web, rs(1), rs(2), mail), all), 1);
    assert.equal(unserved(tableOf(web), all), 2);
  });

  it("are not those of which an edit, or one real server of several, is refused", () => {
    const other = tableOf(web.replace("wlc", "rr"), rs(1), rs(2), mail, toMail(1));
    assert.equal(refusedFrom(other, all).length, 1);
    assert.equal(unserved(other, all), 0);
    assert.equal(unserved(tableOf(web, rs(1), mail, toMail(1)), all), 0);
  });

  it("are not those that are missing without a refusal", () => {
    const missing = tableOf(web, rs(1), rs(2));
    assert.equal(
      unserved(missing, () => false),
      0,
    );
  });
});

describe("a peer whose kernel takes more", () => {
  const at = (length: number) => addMs(instant(100), ms(length));
  const judged = (own: number, peer: number | null) => {
    const begun = judgeUnserved(servesAll, own, peer, at(0));
    const early = judgeUnserved(begun, own, peer, at(comparableAfter - 1));
    return [early.count, judgeUnserved(early, own, peer, at(comparableAfter)).count];
  };

  it("is a fault by how many, once both have long had the same configuration", () => {
    assert.deepEqual(judged(3, 1), [0, 2]);
    assert.deepEqual(judged(1, 0), [0, 1]);
  });

  it("is none where both refuse as many, the peer more, or the two cannot be compared", () => {
    assert.deepEqual(judged(1, 1), [0, 0]);
    assert.deepEqual(judged(0, 2), [0, 0]);
    assert.deepEqual(judged(1, null), [0, 0]);
  });

  it("is a new one after a moment in which the two could not be compared, as during a reload", () => {
    const begun = judgeUnserved(servesAll, 1, 0, at(0));
    const apart = judgeUnserved(begun, 1, null, at(2000));
    assert.equal(apart, servesAll);
    const again = judgeUnserved(apart, 1, 0, at(2500));
    assert.equal(judgeUnserved(again, 1, 0, at(4000)).count, 0);
    assert.equal(judgeUnserved(again, 1, 0, at(5500)).count, 1);
  });
});
