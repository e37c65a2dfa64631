import assert from "node:assert/strict";
import { test } from "node:test";
import { hostPrefix, printPrefix } from "../../../src/model/address.ts";
import type { EventBody } from "../../../src/model/event.ts";
import { bench, form, told, until, web } from "./vips-bench.ts";

test("an own form of which the kernel would speak is made anew", async (context) => {
  const { kernel, vips } = bench();
  context.after(() => vips.close());
  kernel.forms = [form(web, hostPrefix(web.prefix), true)];
  await vips.look();
  assert.deepEqual(await vips.claim(), { ok: true });
  vips.changed();
  await until("it is no source", () => kernel.forms.every(({ address }) => !address.source));
  assert.deepEqual([kernel.forms, vips.held(web)], [[form(web)], true]);
});

test("a device that is renamed keeps its VIPs, and they go with a release", async (context) => {
  const { kernel, vips, events } = bench();
  context.after(() => vips.close());
  await vips.look();
  assert.deepEqual(await vips.claim(), { ok: true });
  kernel.devices = new Map([
    ["lan0", 2],
    ["eth1", 3],
  ]);
  kernel.forms = [form({ ...web, device: "lan0" })];
  events.splice(0);
  vips.changed();
  await until("it is told", () => events.length > 0);
  assert.deepEqual([told(events), vips.faults(), vips.held(web)], [["link renamed"], [], true]);
  assert.deepEqual(vips.wanted, [{ ...web, device: "lan0" }]);
  assert.deepEqual(await vips.release(), { ok: true });
  assert.deepEqual(kernel.forms, []);
  const [{ addresses }] = events.filter((event) => event.kind === "released") as [
    EventBody & { addresses: string[] },
  ];
  assert.deepEqual(addresses, [`${printPrefix(web.prefix)} on lan0`]);
});
