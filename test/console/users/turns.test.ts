import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import {
  hashOfNone,
  hashPassword,
  isPasswordHash,
  TooManyPasswords,
  verifyPassword,
} from "../../../src/console/users/password.ts";
import { Turns } from "../../../src/console/users/turns.ts";

describe("costly work in turns", () => {
  it("is one piece at a time, in order, and a bounded number waits", async () => {
    const turns = new Turns(3);
    let under = 0;
    const order: number[] = [];
    const work = (number: number) => async (): Promise<number> => {
      under += 1;
      assert.equal(under, 1);
      await turn();
      under -= 1;
      order.push(number);
      return number;
    };
    const asked = [1, 2, 3, 4].map((number) => turns.take(work(number)));
    assert.equal(asked[3], null);
    assert.deepEqual(await Promise.all(asked.slice(0, 3)), [1, 2, 3]);
    assert.deepEqual(order, [1, 2, 3]);
    assert.equal(await turns.take(work(5)), 5, "there is room again");
  });

  it("goes on after a piece that fails", async () => {
    const turns = new Turns(2);
    const failing = turns.take(() => Promise.reject(new Error("broken")));
    const next = turns.take(async () => "done");
    await assert.rejects(failing ?? Promise.resolve(), /broken/);
    assert.equal(await next, "done");
  });
});

describe("many passwords at once", () => {
  const cheap = { logN: 4, blockSize: 8, parallel: 1 };

  it("are hashed one after the other, and those beyond a bound not at all", async () => {
    const stored = await hashPassword("a good password", cheap);
    const all = Array.from({ length: 40 }, () => verifyPassword("a good password", stored));
    const came = await Promise.allSettled(all);
    const right = came.filter(({ status }) => status === "fulfilled");
    const refused = came.filter((one) => one.status === "rejected");
    assert.equal(right.length, 16);
    for (const { reason } of refused) assert.ok(reason instanceof TooManyPasswords);
    assert.ok(await verifyPassword("a good password", stored), "later there is room again");
  });

  it("cost as much where there is no such user", async () => {
    const none = hashOfNone();
    assert.ok(isPasswordHash(none));
    assert.match(none, /^scrypt:16:8:1:/);
    assert.notEqual(none, hashOfNone());
    assert.ok(!(await verifyPassword("", none)));
  });
});
