import assert from "node:assert/strict";
import { test } from "node:test";
import { MachineError } from "../../../src/model/error.ts";
import { bench, foreign, rs, tableOf, until, web } from "./reconciler-bench.ts";

test("a request makes the kernel's table the desired one, and a second one changes nothing", async () => {
  const { kernel, reconciler, desired } = bench(tableOf(web, rs(1), rs(2)));
  await reconciler.request("start");
  assert.deepEqual(kernel.table, desired);
  assert.equal(reconciler.state().inSync, true);
  kernel.applied = [];
  await reconciler.request("again");
  assert.deepEqual(kernel.applied, []);
});

test("requests that arrive during a pass become one pass, which sees the newest wish", async () => {
  const made = bench(tableOf(web, rs(1)));
  const first = made.reconciler.request("one");
  made.desired = tableOf(web, rs(1), rs(2));
  const rest = [made.reconciler.request("two"), made.reconciler.request("three")];
  await Promise.all([first, ...rest]);
  assert.deepEqual(made.kernel.table, made.desired);
});

test("a table that somebody empties is whole again by itself, and counted as drift", async () => {
  const made = bench(tableOf(web, rs(1)));
  await made.reconciler.request("start");
  made.kernel.table = new Map();
  await until("the drift is mended", () => made.kernel.table.size === 1);
  await until("the drift is told", () => made.reconciler.state().drifts === 1);
  assert.ok(made.events.some((event) => event.event === "ipvs" && event.kind === "drift"));
});

test("a foreign service is reported once and never touched", async () => {
  const made = bench(tableOf(web, rs(1)));
  made.kernel.table = tableOf(foreign);
  await made.reconciler.request("start");
  await made.reconciler.request("again");
  assert.ok(made.kernel.table.has("tcp 198.51.100.1:25"));
  assert.deepEqual(made.reconciler.state().foreign, ["tcp 198.51.100.1:25"]);
  const told = made.events.filter((event) => event.event === "ipvs" && event.kind === "foreign");
  assert.equal(told.length, 1);
});

test("a service of an earlier configuration goes because lvsd owns it", async () => {
  const made = bench(tableOf(web, rs(1)));
  await made.reconciler.request("start");
  made.desired = new Map();
  await made.reconciler.request("reload");
  assert.equal(made.kernel.table.size, 0);
  assert.equal(made.owned.keys().size, 0);
});

test("an entry that the kernel refuses is reported with the kernel's reason; the others hold", async () => {
  const made = bench(tableOf(web, rs(1), rs(2)));
  made.kernel.refuses = (change) =>
    "destination" in change && change.destination.identity.address.endsWith(".2")
      ? "Memory allocation problem"
      : null;
  await made.reconciler.request("start");
  const refused = made.verdicts.filter((verdict) => verdict.startsWith("refused"));
  assert.deepEqual(refused, [`refused ${rs(2)}: Memory allocation problem`]);
  assert.equal(made.kernel.table.get("tcp 192.0.2.1:80")?.destinations.size, 1);
  assert.equal(made.reconciler.state().inSync, false);
  assert.match(made.reconciler.state().lastError ?? "", /Memory allocation problem/);
  made.kernel.refuses = () => null;
  await made.reconciler.request("reload", { again: true });
  assert.equal(made.verdicts.at(-1), `accepted ${rs(2)}`);
  assert.equal(made.reconciler.state().inSync, true);
});

test("a failing ipvsadm is a fault, reported once, and ends by itself when it works again", async () => {
  const made = bench(tableOf(web, rs(1)));
  made.kernel.failure = "ipvsadm: not found";
  await made.reconciler.request("start");
  await made.reconciler.request("again");
  assert.deepEqual(made.reconciler.faults(), [
    { kind: "table", subject: "ipvs", text: "ipvsadm: not found" },
  ]);
  assert.equal(made.events.filter((event) => event.kind === "failed").length, 1);
  made.kernel.failure = null;
  await until("the table is programmed", () => made.kernel.table.size === 1);
  await until("the fault is over", () => made.reconciler.faults().length === 0);
});

test("emptying deletes what lvsd owns and nothing else", async () => {
  const made = bench(tableOf(web, rs(1)));
  made.kernel.table = tableOf(foreign);
  await made.reconciler.request("start");
  await made.reconciler.empty();
  assert.deepEqual([...made.kernel.table.keys()], ["tcp 198.51.100.1:25"]);
});

test("what is wanted of a kernel without IPVS is a fault, until it is wanted no more", async () => {
  const made = bench(tableOf(web, rs(1)));
  made.kernel.failure = "ipvsadm: no such program";
  await made.reconciler.request("start");
  assert.equal(made.reconciler.faults()[0]?.kind, "table");
  await assert.rejects(made.reconciler.plan(made.desired), MachineError);
  made.desired = new Map();
  await made.reconciler.request("reload");
  assert.deepEqual(made.reconciler.faults(), []);
});

test("what is owned is looked after although nothing is wanted", async () => {
  const made = bench(tableOf(web, rs(1)));
  await made.reconciler.request("start");
  made.desired = new Map();
  await made.reconciler.request("reload");
  assert.equal(made.kernel.table.size, 0);
  assert.equal(made.owned.keys().size, 0);
});
