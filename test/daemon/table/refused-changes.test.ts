/** What the kernel refuses is left out alone, is known at any moment, and ends with the wish. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { kernelApplies } from "../../table/tables.ts";
import { bench, rs, tableOf, until, web } from "./reconciler-bench.ts";
import { lacksFo, mail, mailRs, refusals } from "./refusing-kernel.ts";

test("a service of which an edit is refused stays as it was, and its servers come and go", async () => {
  const made = bench(tableOf(`${mail} rr`, mailRs(1), mailRs(2)));
  made.kernel.refuses = lacksFo;
  await made.reconciler.request("start");
  made.verdicts.length = 0;
  made.desired = tableOf(`${mail} fo`, mailRs(1), mailRs(2));
  await made.reconciler.request("reload", { again: true });
  assert.deepEqual(made.kernel.table, tableOf(`${mail} rr`, mailRs(1), mailRs(2)));
  assert.deepEqual(made.verdicts, [], "they serve");
  made.desired = tableOf(`${mail} fo`, mailRs(2));
  await made.reconciler.request("a real server is down");
  assert.deepEqual(made.kernel.table, tableOf(`${mail} rr`, mailRs(2)));
  made.kernel.table = new Map();
  await made.reconciler.request("another real server");
  assert.deepEqual(made.kernel.table, tableOf(`${mail} rr`, mailRs(2)), "also after ipvsadm -C");
  assert.deepEqual(refusals(made), [`-E${mail.slice(2)} fo`]);
  made.kernel.refuses = () => null;
  made.ahead = 31_000;
  await made.reconciler.request("later");
  assert.deepEqual(made.kernel.table, made.desired, "offered again, it is taken");
});

test("what a refused edit leaves half done is taken back", async () => {
  const made = bench(tableOf(`${mail} rr`, mailRs(1)));
  await made.reconciler.request("start");
  made.kernel.refuses = (change) => {
    const no = lacksFo(change);
    // As ip_vs_edit_service, where a scheduler is there and cannot start.
    if (no !== null && change.kind === "edit-service")
      made.kernel.table = kernelApplies(made.kernel.table, {
        ...change,
        service: { ...change.service, scheduler: "none" },
      });
    return no;
  };
  made.desired = tableOf(`${mail} fo`, mailRs(1));
  await made.reconciler.request("reload", { again: true });
  assert.deepEqual(made.kernel.table, tableOf(`${mail} rr`, mailRs(1)));
});

test("lvsd's own late deletion is no drift", async () => {
  const made = bench(tableOf(web, rs(1), rs(2)));
  await made.reconciler.request("start");
  made.kernel.refuses = ({ kind }) => (kind === "delete-destination" ? "No child processes" : null);
  made.desired = tableOf(web, rs(2));
  await made.reconciler.request("a real server is down");
  made.kernel.refuses = () => null;
  made.ahead = 31_000;
  await until("it is deleted", () => made.reconciler.state().inSync);
  assert.deepEqual(made.kernel.table, made.desired);
  assert.equal(made.reconciler.state().drifts, 0);
  assert.ok(made.events.some((event) => event.kind === "changed" && event.cause === "another try"));
});

test("what somebody else changed is drift also where lvsd has changes of its own", async () => {
  const made = bench(tableOf(web, rs(1), rs(2)));
  await made.reconciler.request("start");
  made.kernel.table = tableOf(web, rs(1));
  made.desired = tableOf(web, rs(1, 5), rs(2));
  await made.reconciler.request("reload");
  assert.deepEqual(made.kernel.table, made.desired);
  const told = made.events.slice(-2).map((event) => "text" in event && event.text);
  assert.deepEqual(told, [rs(2), rs(1, 5).replace("-a", "-e")]);
  assert.equal(made.reconciler.state().drifts, 1);
});

test("what cannot be deleted stays lvsd's own", async () => {
  const made = bench(tableOf(web, rs(1)));
  await made.reconciler.request("start");
  made.kernel.refuses = ({ kind }) =>
    kind === "delete-service" ? "Memory allocation problem" : null;
  made.desired = new Map();
  await made.reconciler.request("reload");
  assert.deepEqual([...made.owned.keys()], ["tcp 192.0.2.1:80"]);
  assert.deepEqual(made.reconciler.state().foreign, []);
  made.kernel.refuses = () => null;
  made.ahead = 31_000;
  await made.reconciler.request("later");
  assert.equal(made.kernel.table.size, 0);
});
