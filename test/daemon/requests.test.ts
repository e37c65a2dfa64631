import assert from "node:assert/strict";
import { test } from "node:test";
import { Requests } from "../../src/daemon/requests.ts";

test("each request has its own answer, whatever the order, and once", async () => {
  const requests = new Requests();
  const numbers: number[] = [];
  const ask = () => requests.ask((number) => void numbers.push(number));
  const first = ask();
  const second = ask();
  const [one = 0, two = 0] = numbers;
  assert.notEqual(one, two);
  requests.answer(two, "not the peer's");
  requests.answer(one, null);
  requests.answer(one, "too late");
  requests.answer(99, "never asked");
  assert.deepEqual(await Promise.all([first, second]), [null, "not the peer's"]);
});
