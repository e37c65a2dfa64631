import assert from "node:assert/strict";
import { test } from "node:test";
import { printPrefix } from "../../../src/model/address.ts";
import { bench, other, told, web } from "./vips-bench.ts";

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
