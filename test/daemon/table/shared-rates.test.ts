import assert from "node:assert/strict";
import { test } from "node:test";
import { SharedRates } from "../../../src/daemon/table/shared-rates.ts";
import { instant, ms } from "../../../src/model/time.ts";

function shared(costMs = 0) {
  const at = { now: 0, used: 0, reads: 0, fails: false };
  const rates = new SharedRates({
    read: async () => {
      at.reads += 1;
      at.used += costMs;
      if (at.fails) throw new Error("no ipvsadm");
      return [];
    },
    now: () => instant(at.now),
    wallClock: () => `read ${at.reads}`,
    used: () => ms(at.used),
  });
  return { at, rates };
}

test("all who ask within a second get one reading", async () => {
  const { at, rates } = shared();
  const both = await Promise.all([rates.read(), rates.read()]);
  assert.deepEqual(both, [
    { at: "read 1", services: [] },
    { at: "read 1", services: [] },
  ]);
  at.now = 999;
  assert.equal((await rates.read()).at, "read 1");
  at.now = 1000;
  assert.equal((await rates.read()).at, "read 2");
});

test("a reading that costs 30 ms is made every 3 s at most: a hundredth of a core", async () => {
  const { at, rates } = shared(30);
  for (at.now = 0; at.now < 60_000; at.now += 100) await rates.read();
  assert.equal(at.reads, 20);
  assert.ok(at.used <= 600);
});

test("a reading that fails is the answer to all who asked, and made again after a second", async () => {
  const { at, rates } = shared();
  at.fails = true;
  await assert.rejects(rates.read(), /no ipvsadm/);
  await assert.rejects(rates.read(), /no ipvsadm/);
  assert.equal(at.reads, 1);
  at.fails = false;
  at.now = 1000;
  assert.equal((await rates.read()).at, "read 2");
});
