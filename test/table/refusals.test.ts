import assert from "node:assert/strict";
import { test } from "node:test";
import { bench, rs, tableOf, web } from "../daemon/table/reconciler-bench.ts";
import { lacksFo, mail, mailRs, noScheduler, refusals } from "../daemon/table/refusing-kernel.ts";

test("a new service that the kernel refuses is left out alone, with its destinations", async () => {
  const made = bench(tableOf(web, rs(1), rs(2)));
  made.kernel.refuses = lacksFo;
  await made.reconciler.request("start");
  made.desired = tableOf(`${mail} fo`, mailRs(1), web, rs(1), rs(3));
  await made.reconciler.request("reload", { again: true });
  assert.deepEqual(made.kernel.table, tableOf(web, rs(1), rs(3)));
  assert.deepEqual(
    made.verdicts.filter((verdict) => verdict.startsWith("refused")),
    [`refused ${mail} fo: ${noScheduler}`],
  );
  assert.deepEqual(refusals(made), [`${mail} fo`]);
  assert.deepEqual(made.reconciler.faults(), [], "the peer's kernel would refuse it as well");
  assert.equal(made.reconciler.state().inSync, false);
  assert.match(made.reconciler.state().lastError ?? "", /Scheduler or persistence engine/);

  made.desired = tableOf(`${mail} fo`, mailRs(1), web, rs(3, 7));
  await made.reconciler.request("a real server is down");
  assert.deepEqual(made.kernel.table, tableOf(web, rs(3, 7)), "the rest goes on being managed");
  assert.equal(refusals(made).length, 1, "and it is not offered again at once");
});

test("a refusal ends with the wish, and a new wish is tried at once", async () => {
  const made = bench(tableOf(`${mail} fo`, mailRs(1), web, rs(1)));
  made.kernel.refuses = lacksFo;
  await made.reconciler.request("start");
  made.desired = tableOf(web, rs(1));
  await made.reconciler.request("reload", { again: true });
  assert.equal(made.reconciler.state().inSync, true);
  assert.equal(made.reconciler.state().lastError, null);

  made.verdicts.length = 0;
  made.desired = tableOf(`${mail} fo`, mailRs(1), web, rs(1));
  await made.reconciler.request("reload", { again: true });
  assert.deepEqual(made.verdicts, [`refused ${mail} fo: ${noScheduler}`]);
  assert.equal(made.reconciler.state().inSync, false);

  made.desired = tableOf(`${mail} rr`, mailRs(1), web, rs(1));
  await made.reconciler.request("reload", { again: true });
  assert.deepEqual(made.kernel.table, made.desired);
  assert.ok(made.verdicts.includes(`accepted ${mail} rr`));
  assert.equal(made.reconciler.state().inSync, true);
});
