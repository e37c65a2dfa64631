import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { Watch } from "../../../src/console/watch/watch.ts";
import type { Status } from "../../../src/control/api.ts";
import { SharedLooks } from "../../../src/control/reports/status-changes.ts";
import { MachineError } from "../../../src/model/error.ts";

/** A daemon that answers until `die`; its stream of events ends then. */
function daemon() {
  const death = new AbortController();
  const { signal } = death;
  let asked = 0;
  const status = async (): Promise<Status> => {
    asked += 1;
    if (signal.aborted) throw new MachineError("connect /run/lvsd/control: refused");
    return { virtual_servers: [] } as unknown as Status;
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

test("an older daemon, which knows no changes, is asked for the whole status", async () => {
  const { client, asked } = daemon();
  const statusChanges = () => Promise.reject(new MachineError("/v1/status/changes does not exist"));
  const older = { ...client, statusChanges };
  const watch = new Watch({ client: older, wallMs: () => 0, now: () => 0, looked: () => {} });
  assert.equal((await watch.fresh()).down, null);
  assert.equal(asked(), 1);
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
