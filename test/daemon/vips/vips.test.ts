import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { printPrefix } from "../../../src/model/address.ts";
import { bench, other, told, web } from "./vips-bench.ts";

test("it is idle when the claim that is under way has ended", async (context) => {
  const { kernel, vips } = bench();
  context.after(() => vips.close());
  await vips.idle();
  const { promise, resolve } = Promise.withResolvers<void>();
  kernel.ready = promise;
  const claimed = vips.claim();
  let heldWhenIdle: boolean | null = null;
  const idle = vips.idle().then(() => {
    heldWhenIdle = vips.held(web);
  });
  for (let count = 0; count < 3; count += 1) await turn();
  assert.equal(heldWhenIdle, null);
  resolve();
  await Promise.all([claimed, idle]);
  assert.equal(heldWhenIdle, true);
});

test("a reload that brings no address claims none, in words either", async (context) => {
  const { kernel, vips, events } = bench();
  context.after(() => vips.close());
  await vips.look();
  assert.deepEqual(await vips.claim(), { ok: true });
  assert.deepEqual(told(events), ["vip claimed"]);
  vips.configure([web]);
  assert.deepEqual(await vips.settle(), { ok: true });
  assert.deepEqual(told(events), []);
  vips.configure([web, other]);
  assert.deepEqual(await vips.settle(), { ok: true });
  const [event] = events as unknown as { addresses: string[] }[];
  assert.deepEqual(event?.addresses, [`${printPrefix(other.prefix)} on eth0`]);
  vips.configure([other]);
  assert.deepEqual(await vips.settle(), { ok: true });
  assert.deepEqual(
    kernel.forms.map(({ address }) => address.prefix.address),
    [other.prefix.address],
  );
});
