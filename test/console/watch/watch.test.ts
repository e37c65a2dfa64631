import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { Watch } from "../../../src/console/watch/watch.ts";
import type { Status } from "../../../src/control/api.ts";
import { UnknownRequest } from "../../../src/control/client.ts";
import { SharedLooks } from "../../../src/control/reports/status-changes.ts";
import { MachineError } from "../../../src/model/error.ts";
import { sampleRates, sampleStatus } from "../../control/sample.ts";
import { sampleGraphs } from "../../control/sample-reports.ts";

/** A daemon that answers until `die`; its stream of events ends then. */
function daemon() {
  const death = new AbortController();
  const { signal } = death;
  let asked = 0;
  const status = async (): Promise<Status> => {
    asked += 1;
    if (signal.aborted) throw new MachineError("connect /run/lvsd/control: refused");
    return { ...sampleStatus, virtual_servers: [] };
  };
  async function* follow(stop: AbortSignal) {
    if (signal.aborted) throw new MachineError("connect /run/lvsd/control: refused");
    yield [];
    await once(AbortSignal.any([stop, signal]), "abort");
  }
  const unasked = () => Promise.reject(new MachineError("nothing is balanced"));
  const looks = new SharedLooks("daemon", status, () => () => undefined);
  const statusChanges = ({ since = null }: { since?: string | null } = {}) => looks.since(since);
  return {
    client: { status, statusChanges, follow, rates: unasked, graphs: unasked },
    die: () => death.abort(),
    asked: () => asked,
  };
}

test("a page that is opened just after the daemon has gone says so, however fresh the last", async () => {
  const { client, die } = daemon();
  let now = 0;
  const watch = new Watch({ client, wallMs: () => now, now: () => now, looked: () => {} });
  watch.start();
  try {
    assert.equal((await watch.fresh()).down, null);
    now += 1;
    die();
    while (watch.current.down === null) await new Promise((resolve) => setImmediate(resolve));
    assert.match((await watch.fresh()).down ?? "", /control: refused/);
  } finally {
    watch.stop();
  }
});

test("pages that are opened within a second of each other ask the daemon once", async () => {
  const { client, asked } = daemon();
  let now = 0;
  const watch = new Watch({ client, wallMs: () => now, now: () => now, looked: () => {} });
  await Promise.all([watch.fresh(), watch.fresh()]);
  now += 899;
  await watch.fresh();
  assert.equal(asked(), 1);
  now += 1;
  await watch.fresh();
  assert.equal(asked(), 2);
});

test("the page after something was done shows what came of it, however fresh the last look is", async () => {
  const { client, asked } = daemon();
  const watch = new Watch({ client, wallMs: () => 0, now: () => 0, looked: () => {} });
  await watch.fresh();
  const under = watch.look(true);
  watch.outdate();
  await Promise.all([watch.fresh(), under]);
  assert.equal(asked(), 3, "one more than was under way");
  await watch.fresh();
  assert.equal(asked(), 3);
});

test("an older daemon is asked once for what it does not know, and its successor again", async () => {
  const { client, asked } = daemon();
  let started = "2026-01-01T00:00:00.000Z";
  let isOld = true;
  const questions: string[] = [];
  const unless = async <Answer>(what: string, answer: () => Promise<Answer>): Promise<Answer> => {
    questions.push(what);
    if (isOld) throw new UnknownRequest(`it does not know ${what}`);
    return answer();
  };
  const status = async () => {
    await client.status();
    return { ...sampleStatus, started };
  };
  const looks = new SharedLooks("daemon", status, () => () => undefined);
  const mixed = {
    ...client,
    status,
    statusChanges: ({ since = null }: { since?: string | null } = {}) =>
      unless("changes", () => looks.since(since)),
    rates: () => unless("rates", async () => sampleRates),
    graphs: () => unless("graphs", async () => sampleGraphs),
  };
  let now = 0;
  const parts = { wallMs: () => now, now: () => now, looked: () => {} };
  const watch = new Watch({ client: mixed, ...parts });
  const look = () => {
    now += 20_000;
    return watch.fresh();
  };
  for (let seen = 1; seen <= 3; seen += 1) {
    const { down, status: said } = await look();
    assert.deepEqual([down, said?.started, asked()], [null, started, seen]);
  }
  assert.deepEqual(questions, ["changes", "rates", "graphs"]);
  isOld = false;
  started = "2026-01-01T00:10:00.000Z";
  assert.equal((await look()).status?.started, started);
  questions.length = 0;
  const { rates, graphs } = await look();
  assert.deepEqual(questions, ["changes", "rates", "graphs"]);
  assert.deepEqual([rates, graphs], [sampleRates, sampleGraphs]);
});

test("a daemon that is busy is not asked for the whole status in addition", async () => {
  const { client, asked } = daemon();
  let isBusy = false;
  const marks: unknown[] = [];
  const statusChanges = async (given: { since?: string | null } = {}) => {
    marks.push(given.since);
    if (isBusy) throw new MachineError("too many requests");
    return client.statusChanges(given);
  };
  let now = 0;
  const parts = { wallMs: () => now, now: () => now, looked: () => {} };
  const watch = new Watch({ client: { ...client, statusChanges }, ...parts });
  const look = () => {
    now += 1000;
    return watch.fresh();
  };
  await look();
  isBusy = true;
  assert.equal((await look()).down, "too many requests");
  assert.equal(asked(), 1);
  isBusy = false;
  assert.equal((await look()).down, null);
  assert.deepEqual(marks, [undefined, "daemon.1", "daemon.1"], "what was known still counts");
});

test("a burst of events is looked at together", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { client, asked } = daemon();
  let say: () => void = () => {};
  async function* follow() {
    yield [];
    for (;;) {
      await new Promise<void>((resolve) => {
        say = resolve;
      });
      yield [{} as never];
    }
  }
  const parts = { wallMs: () => 0, now: () => 0, looked: () => {} };
  const watch = new Watch({ client: { ...client, follow }, ...parts });
  const settled = async () => {
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  const unfollow = watch.follow(() => {});
  watch.start();
  await settled();
  const before = asked();
  for (let event = 0; event < 30; event += 1) {
    say();
    await settled();
  }
  assert.equal(asked(), before, "nothing before the burst is over");
  t.mock.timers.tick(250);
  await settled();
  assert.equal(asked(), before + 1);
  unfollow();
  watch.stop();
});
