import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { EventBody } from "../../../src/model/event.ts";
import { bench, until, web } from "./vips-bench.ts";

const failures = (events: readonly EventBody[]) =>
  events.filter(({ event, kind }) => event === "machine" && kind === "failed");

test("a router that holds and cannot look any more goes on, and says so once", async (context) => {
  const { kernel, events, vips } = bench();
  context.after(() => vips.close());
  assert.deepEqual(await vips.claim(), { ok: true });
  kernel.broken = "ip: gave no answer";
  vips.changed();
  await until("it is told", () => failures(events).length > 0);
  assert.match(JSON.stringify(failures(events)), /the VIPs stay.*ip: gave no answer/);
  assert.deepEqual(vips.faults(), []);
  assert.ok(vips.held(web));
});

test("a router that holds nothing is unfit for as long as it cannot look", async (context) => {
  const { kernel, vips } = bench();
  context.after(() => vips.close());
  assert.deepEqual(await vips.release(), { ok: true });
  kernel.broken = "ip: gave no answer";
  vips.changed();
  await until("it is unfit", () => vips.faults().length > 0);
  assert.equal(vips.faults()[0]?.kind, "claim");
  kernel.broken = null;
  vips.changed();
  await until("it is fit again", () => vips.faults().length === 0);
});

test("what a claim itself has changed is looked at later than what others change", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { kernel, vips } = bench();
  context.after(() => vips.close());
  const { promise, resolve } = Promise.withResolvers<void>();
  kernel.ready = promise;
  const claimed = vips.claim();
  vips.changed();
  resolve();
  await claimed;
  vips.changed();
  context.mock.timers.tick(99);
  assert.equal(kernel.looks, 0);
  context.mock.timers.tick(1);
  assert.equal(kernel.looks, 1);
  await turn();
  vips.changed();
  context.mock.timers.tick(10);
  assert.equal(kernel.looks, 2);
});
