import assert from "node:assert/strict";
import { test } from "node:test";
import { drainEvent } from "../../../src/daemon/maintenance/drain-event.ts";
import type { Drain } from "../../../src/health/maintenance/drain.ts";
import { instant } from "../../../src/model/time.ts";
import { realServer, virtualServer } from "../../table/configs.ts";

const draining: Drain = {
  state: "draining",
  since: instant(0),
  quietSince: null,
  connections: 3,
  overdue: false,
  moved: null,
};
const drained = { virtualServer: virtualServer("web"), realServer: realServer("rs1") } as never;
const event = (before: Partial<Drain>, after: Partial<Drain>) =>
  drainEvent(
    drained,
    { ...draining, ...before },
    { ...draining, ...after },
    instant(61_400),
  ) as Record<string, unknown> | null;

test("a drain is reported when its connections are known, and at its end with its time", () => {
  const begun = event({ connections: null }, {});
  assert.deepEqual(
    [begun?.event, begun?.kind, begun?.virtual_server, begun?.real_server, begun?.cause],
    ["real_server", "draining", "web", "rs1", "weight 0, 3 connections are left"],
  );
  const ended = event({}, { state: "drained" });
  assert.deepEqual([ended?.kind, ended?.cause], ["drained", "no connection is left after 61 s"]);
  const moved = event({}, { state: "drained", moved: 2 });
  assert.equal(moved?.cause, "2 flows that did not end in 61 s go to other servers");
  const again = event({ state: "drained" }, {});
  assert.deepEqual([again?.kind, again?.cause], ["draining", "it has connections again"]);
});

test("what is left when its time is over is an event of its own, once", () => {
  const overdue = event({}, { overdue: true });
  assert.deepEqual([overdue?.event, overdue?.kind], ["maintenance", "overdue"]);
  assert.match(String(overdue?.text), /^3 connections are left after 61 s/);
  assert.equal(event({ overdue: true }, { overdue: true }), null);
});

test("fewer connections are no news", () => {
  assert.equal(event({ connections: 9 }, { connections: 3 }), null);
});
