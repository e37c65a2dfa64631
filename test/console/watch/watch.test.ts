import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { Watch } from "../../../src/console/watch/watch.ts";
import type { Status } from "../../../src/control/api.ts";
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
  return {
    client: { status, follow, rates: unasked, graphs: unasked },
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
