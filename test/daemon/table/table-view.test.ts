import assert from "node:assert/strict";
import { test } from "node:test";
import { restoreLine } from "../../../src/kernel/ipvs-text.ts";
import { bench, foreign, rs, tableOf, web } from "./reconciler-bench.ts";

test("a change of weight is planned and confirmed without the start of a program", async () => {
  const made = bench(tableOf(web, rs(1), rs(2)));
  await made.reconciler.request("start");
  made.kernel.wholeReads = 0;
  made.desired = tableOf(web, rs(1), rs(2, 5));
  await made.reconciler.request("reload");
  assert.deepEqual(made.kernel.table, made.desired);
  assert.equal(made.kernel.wholeReads, 0);
});

test("what somebody else changed is read whole before anything is planned", async () => {
  const made = bench(tableOf(web, rs(1), rs(2)));
  await made.reconciler.request("start");
  made.kernel.table = tableOf(web, rs(1, 9), foreign);
  made.desired = tableOf(web, rs(1), rs(2, 5));
  await made.reconciler.request("reload");
  assert.deepEqual(made.kernel.table.get("tcp 192.0.2.1:80"), made.desired.get("tcp 192.0.2.1:80"));
  assert.ok(made.kernel.table.has("tcp 198.51.100.1:25"));
});

test("a plan starts no program for a table that is known and has not changed since", async () => {
  const made = bench(tableOf(web, rs(1)));
  await made.reconciler.request("start");
  const { wholeReads } = made.kernel;
  const wanted = tableOf(web, rs(1), rs(2));
  const { changes } = await made.reconciler.plan(wanted);
  assert.deepEqual(changes.map(restoreLine), [rs(2)]);
  assert.equal(made.kernel.wholeReads, wholeReads);

  made.kernel.table = tableOf(web, rs(1), rs(3));
  const later = await made.reconciler.plan(wanted);
  assert.ok(later.changes.map(restoreLine).includes("-d -t 192.0.2.1:80 -r 10.0.0.3:80"));
  assert.equal(made.kernel.wholeReads, wholeReads + 1);
});

test("where nothing is wanted and nothing is owned the kernel needs no IPVS, and is not asked", async () => {
  const { kernel, reconciler, events } = bench(new Map());
  kernel.failure = "ipvsadm: no such program";
  await reconciler.request("start");
  await reconciler.request("again");
  assert.deepEqual(reconciler.faults(), []);
  assert.deepEqual(events, []);
  assert.equal(reconciler.state().inSync, true);
  assert.deepEqual(await reconciler.plan(new Map()), { changes: [], foreign: [] });
  await reconciler.empty();
});
