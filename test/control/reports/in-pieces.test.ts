import assert from "node:assert/strict";
import { test } from "node:test";
import { jsonInPieces } from "../../../src/control/reports/in-pieces.ts";
import { largeStatus } from "../../console/busy-router.ts";
import { sampleStatus } from "../sample.ts";

test("says what JSON.stringify says", async () => {
  const bodies = [
    {},
    sampleStatus,
    largeStatus(30, 2),
    { left: undefined, none: null, list: [], odd: [undefined, 1, "\u2028"], 'a"b': { c: [1] } },
  ];
  for (const body of bodies) assert.equal(await jsonInPieces(body), JSON.stringify(body));
});

test("gives the loop a turn after each few hundred of 4,000 real servers", async () => {
  let turns = 0;
  let over = false;
  const turn = (): void => {
    turns += 1;
    if (!over) setImmediate(turn);
  };
  setImmediate(turn);
  await jsonInPieces(largeStatus(200, 20));
  over = true;
  assert.ok(turns >= 20, `${turns} turns`);
});
