import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { OrdersFile } from "../../../src/daemon/maintenance/orders-file.ts";
import type { Order } from "../../../src/health/maintenance/orders.ts";
import { orderKey } from "../../../src/health/maintenance/orders.ts";
import { placeFor } from "../../system/place.ts";

const order: Order = {
  kind: "drain",
  virtualServer: "web",
  realServer: "rs1",
  stamp: 7,
  by: "root",
};
const orders = new Map([[orderKey(order), order]]);

function fileIn(t: TestContext) {
  const path = join(placeFor(t), "orders.json");
  const troubles: string[] = [];
  return { path, troubles, file: new OrdersFile(path, (why) => void troubles.push(why)) };
}

test("orders are read as they were written; without a file there are none", async (t) => {
  const { file, troubles, path } = fileIn(t);
  assert.equal(file.read().size, 0);
  assert.equal(await file.write(orders), true);
  await file.written();
  const read = file.read();
  assert.deepEqual(troubles, []);
  assert.deepEqual([...read.keys()], [...orders.keys()], path);
});

test("a file that is none of lvsd's counts as empty, and is reported", (t) => {
  const { file, troubles, path } = fileIn(t);
  for (const text of ["{", "[]", "{}", '{"orders":[1]}', '{"orders":{}}']) {
    writeFileSync(path, text);
    assert.equal(file.read().size, 0, text);
  }
  assert.equal(troubles.length, 5);
  assert.match(troubles.join(), /nothing is under maintenance/);
});

test("a disk that takes nothing stops no order", async (t) => {
  const { file, troubles, path } = fileIn(t);
  mkdirSync(path);
  assert.equal(await file.write(orders), false);
  assert.match(troubles[0] ?? "", /^an order is in force until this process ends: /);
});
