import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { judge, median, type Try } from "./outage.ts";

const served = (ended: number): Try => ({
  started: ended - 2,
  ended,
  server: "rs1",
  failure: null,
});
const refused = (ended: number): Try => ({ ...served(ended), server: null, failure: "refused" });

describe("the outage that a client saw", () => {
  it("is the longest time between two served tries, with when it began", () => {
    const tries = [served(110), served(120), refused(130), served(190), served(200)];
    const { outage, outageFrom, failed } = judge(tries, [], 100, 210);
    assert.deepEqual([outage, outageFrom, failed], [70, 120, 1]);
  });

  it("leaves out the time in which the client itself did not run", () => {
    const stalls = [
      { from: 100, until: 150 },
      { from: 200, until: 390 },
    ];
    const late = judge([served(110), served(400), served(500), served(510)], stalls, 100, 520);
    assert.deepEqual([late.outage, late.outageFrom], [100, 400]);
    const early = judge([served(110), served(400)], stalls, 100, 405);
    assert.deepEqual([early.outage, early.outageFrom, early.stalled], [60, 110, 240]);
  });

  it("is the whole span where nobody was served", () => {
    const { outage, outageFrom } = judge([refused(130)], [], 100, 300);
    assert.deepEqual([outage, outageFrom], [200, 100]);
  });
});

describe("the median", () => {
  it("is the middle one, or half-way between the two", () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1, 2, 3]), 2.5);
    assert.ok(Number.isNaN(median([])));
  });
});
